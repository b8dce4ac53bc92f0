import type { Env } from "../env.ts";
import type { Connection } from "../config/connections.ts";
import { UserError } from "../output.ts";
import type { Init, Services } from "../../proto/mod.ts";
import type { MethodTable } from "../../core/wire/methods.ts";
import type { RpcClient } from "../../core/rpc/client.ts";
import { mayRecover } from "../../core/rpc/retry.ts";
import { RpcError } from "../../core/rpc/status.ts";
import type { Transport } from "../../core/rpc/transport.ts";
import { formatAddress, parseAddress } from "../../core/io/grpc/address.ts";
import type { PeerCertificate } from "../../core/io/grpc/tls_credentials.ts";
import { explained, UNAVAILABLE_TEXT } from "./explained.ts";

type Control = Services["flwr.proto.Control"];
type Name = keyof Control;

/** How long a SuperLink may take to be there. */
const READY_MS = 30_000;

/** After so long the user is told what is waited for. */
const SILENT_MS = 2_000;

/** Where an address without a port leads. */
const HTTPS_PORT = 443;

/** Calls the Control API of one SuperLink. Its errors are sentences for the user. */
export class ControlClient {
  readonly #client: RpcClient;
  readonly #methods: MethodTable<"flwr.proto.Control">;

  private constructor(client: RpcClient, methods: MethodTable<"flwr.proto.Control">) {
    this.#client = client;
    this.#methods = methods;
  }

  /**
   * Connects, and waits until the SuperLink is there.
   * @throws {UserError} when it cannot be reached, with the reason
   */
  static async open(env: Env, connection: Connection): Promise<ControlClient> {
    const tls = connection.insecure
      ? "insecure" as const
      : { rootCertificates: await roots(env, connection), onCertificate: await expiryNotice(env) };
    const transport = await env.connect({ address: withPort(connection), tls });
    try {
      await ready(transport, env);
    } catch (error) {
      transport.close();
      throw unreachable(error, connection);
    }
    const [{ RpcClient }, { control }, { versionHeaders }] = await Promise.all([
      import("../../core/rpc/client.ts"),
      import("../../core/wire/methods.ts"),
      import("../../core/auth/version.ts"),
    ]);
    return new ControlClient(
      new RpcClient(transport, { credentials: [versionHeaders("flwr CLI")] }),
      control,
    );
  }

  /** @throws {UserError} what the SuperLink refused, in words for people */
  async call<N extends Name>(name: N, request: Init<Control[N]["request"]>): Promise<Control[N]["response"]> {
    // deno-lint-ignore no-explicit-any -- the table ties the name to both messages
    const method = this.#methods[name] as any;
    try {
      return await this.#client.call(method, request) as Control[N]["response"];
    } catch (error) {
      throw explained(error);
    }
  }

  /** What a run printed, from `after` (Unix seconds) on, as it comes. @throws {RpcError} as it is */
  logs(
    request: { runId: bigint; after: number; timeoutMs: number; signal?: AbortSignal },
  ): AsyncIterable<{ text: string; at: number }> {
    const { runId, after, ...options } = request;
    const replies = this.#client.stream(
      this.#methods.StreamLogs,
      { run_id: runId, after_timestamp: after },
      options,
    );
    return texts(replies);
  }

  close(): void {
    this.#client.transport.close();
  }
}

/** Waits until a SuperLink is there, and says so when that takes a while. @throws {RpcError} */
async function ready(transport: Transport, env: Env): Promise<void> {
  try {
    await transport.ready(SILENT_MS);
  } catch (error) {
    const isSlow = error instanceof RpcError && error.code === "DEADLINE_EXCEEDED";
    if (!isSlow && !mayRecover(error)) throw error;
    const reason = isSlow ? `${transport.address} does not answer (it may expect TLS)` : error.details;
    env.stderr(`Waiting for the SuperLink for up to ${READY_MS / 1_000} s: ${reason}\n`);
    await transport.ready(READY_MS - SILENT_MS);
  }
}

async function* texts(
  replies: AsyncIterable<Control["StreamLogs"]["response"]>,
): AsyncGenerator<{ text: string; at: number }> {
  for await (const reply of replies) yield { text: reply.log_output, at: reply.latest_timestamp };
}

/** Says once that the SuperLink's certificate expires soon, where scripts do not look for results. */
async function expiryNotice(env: Env): Promise<(shown: PeerCertificate) => void> {
  const { expiryWarning } = await import("../../core/io/tls.ts");
  let said = false;
  return (shown) => {
    const warning = expiryWarning(shown, { where: `of ${shown.address}`, nowMs: env.clock.now() });
    if (warning === undefined || said) return;
    said = true;
    env.stderr(`Warning: ${warning}. Renew it on the SuperLink: nobody can connect then\n`);
  };
}

async function roots(env: Env, connection: Connection): Promise<Uint8Array | undefined> {
  const path = connection.rootCertificates;
  if (path === undefined) return undefined;
  if (await env.files.kind(path) !== "file") {
    throw new UserError(`Cannot read ${path}: it must be the file with the CA certificate of the SuperLink`, {
      hint: `Correct root-certificates of [superlink.${connection.name}] in config.toml`,
    });
  }
  const content = await env.files.read(path);
  const { checkRoots, TlsFileError } = await import("../../core/io/tls.ts");
  try {
    const warnings = checkRoots({ path, content }, env.clock.now());
    for (const warning of warnings) env.stderr(`Warning: ${warning}\n`);
  } catch (error) {
    if (error instanceof TlsFileError) throw new UserError(error.message, { hint: error.hint });
    throw error;
  }
  return content;
}

/** An address without a port means the one of HTTPS. @throws {UserError} when it is none */
function withPort({ address, name }: Connection): string {
  try {
    return formatAddress(parseAddress(/:\d+$/.test(address) ? address : `${address}:${HTTPS_PORT}`));
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new UserError(error.message, { hint: `Correct address of [superlink.${name}] in config.toml` });
  }
}

function unreachable(error: unknown, { address }: Connection): Error {
  const plain = explained(error);
  if (!(plain instanceof UserError)) return plain;
  const reason = error instanceof Error && "details" in error ? ` (${address}: ${error.details})` : "";
  return plain.message === UNAVAILABLE_TEXT ? new UserError(`${UNAVAILABLE_TEXT}${reason}`) : plain;
}
