import type { Clock, Log, Random } from "../io/ports.ts";
import { Metadata } from "../rpc/metadata.ts";
import { RpcError } from "../rpc/status.ts";
import type { CallOptions, RawReply, Transport } from "../rpc/transport.ts";
import { epochOf, nodeMac, nodeMacHead, nodeMacKey, requestHash } from "../wire/node_mac.ts";
import type { NodeKey } from "./keys.ts";
import { greet, GREET_AGAIN, GREETING_HEADERS } from "./node_greeting.ts";
import { NODE_HEADERS, NODE_MAC_HEADER } from "./node_headers.ts";
import { nodeSigner } from "./node_signer.ts";
import { sharedSecret } from "./shared_secret.ts";
import { isMethodUnknown } from "./unknown_method.ts";

/** What an official SuperLink answers to a call without a signature. */
const NO_SIGNATURE = "Missing authentication metadata";

const SESSION_BYTES = 16;

/** How long a greeting may take. Milliseconds. */
const GREETING_TIMEOUT_MS = 20_000;

/** What a {@link NodeTransport} works with. */
export interface NodeTransportOptions {
  readonly key: NodeKey;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Whether the node would rather not come than prove itself by a signature. */
  readonly requireMac?: boolean;
}

/** Gives the headers that vouch for a call. */
type Voucher = (path: string, request: Uint8Array) => Promise<Metadata>;

/**
 * Vouches for a SuperNode's calls over TLS. It greets the SuperLink first: one of ours gets a MAC over each whole call,
 * an official one a signature, which is marked so that nobody in between could keep two of ours from using MACs.
 */
export class NodeTransport implements Transport {
  #voucher: Promise<Voucher> | undefined;
  #mode = "";

  constructor(readonly inner: Transport, readonly options: NodeTransportOptions) {}

  get address(): string {
    return this.inner.address;
  }

  async unary(path: string, request: Uint8Array, options: CallOptions = {}): Promise<RawReply> {
    const voucher = this.#vouchers();
    try {
      return await this.inner.unary(path, request, await vouched(voucher, { path, request, options }));
    } catch (error) {
      if (!asksForGreeting(error)) throw error;
      if (this.#voucher === voucher) this.#voucher = undefined;
    }
    const again = await vouched(this.#vouchers(), { path, request, options });
    return await this.inner.unary(path, request, again);
  }

  async *stream(path: string, request: Uint8Array, options: CallOptions = {}): AsyncIterable<Uint8Array> {
    yield* this.inner.stream(path, request, await vouched(this.#vouchers(), { path, request, options }));
  }

  ready(timeoutMs: number): Promise<void> {
    return this.inner.ready(timeoutMs);
  }

  close(): void {
    this.inner.close();
  }

  /** The way to vouch that is in use; what fails to be agreed on is tried anew by the next call. */
  #vouchers(): Promise<Voucher> {
    if (this.#voucher) return this.#voucher;
    const voucher = this.#agree();
    voucher.catch(() => {
      if (this.#voucher === voucher) this.#voucher = undefined;
    });
    return this.#voucher = voucher;
  }

  async #agree(): Promise<Voucher> {
    const linkKey = await this.#greet();
    if (linkKey) {
      this.#say("Authentication with a MAC over each call");
      return await macVoucher(linkKey, this.options);
    }
    if (this.options.requireMac) throw noMac();
    this.#say("Authentication with signatures: the SuperLink takes no MACs");
    const sign = nodeSigner(this.options.key, { clock: this.options.clock, marked: true });
    return () => sign();
  }

  /** The SuperLink's key; undefined when it is none of ours. @throws {RpcError} when it cannot be asked */
  async #greet(): Promise<Uint8Array | undefined> {
    const metadata = new Metadata([[GREETING_HEADERS.curve, this.options.key.curve]]);
    const options = { metadata, timeoutMs: GREETING_TIMEOUT_MS };
    try {
      const { headers } = await this.inner.unary(greet.path, new Uint8Array(), options);
      return headers.binaries(GREETING_HEADERS.linkKey)[0];
    } catch (error) {
      if (isMethodUnknown(error)) return undefined;
      throw error;
    }
  }

  #say(mode: string): void {
    if (mode !== this.#mode) this.options.log.info(mode);
    this.#mode = mode;
  }
}

async function vouched(
  voucher: Promise<Voucher>,
  { path, request, options }: { path: string; request: Uint8Array; options: CallOptions },
): Promise<CallOptions> {
  const metadata = new Metadata(options.metadata);
  for (const [name, value] of await (await voucher)(path, request)) metadata.append(name, value);
  return { ...options, metadata };
}

async function macVoucher(
  linkKey: Uint8Array,
  { key, clock, random }: NodeTransportOptions,
): Promise<Voucher> {
  const session = Uint8Array.from(random.bytes(SESSION_BYTES));
  const shared = await sharedSecret(key.agreementKey, linkKey).catch((cause) => {
    throw new RpcError("UNAUTHENTICATED", "The key of the SuperLink is none that fits the node's", { cause });
  });
  const macKey = await nodeMacKey(shared, { session, nodeKey: key.publicKey, linkKey });
  const epoch = epochOf(linkKey);
  let counter = 0;
  return async (path, request) => {
    const head = nodeMacHead({ epoch, session, counter: counter++, timestampMs: Math.floor(clock.now()) });
    const mac = nodeMac(macKey, { head, path, bodyHash: await requestHash(request) });
    const header = new Uint8Array(head.length + mac.length);
    header.set(head);
    header.set(mac, head.length);
    return new Metadata([[NODE_HEADERS.publicKey, key.publicKey], [NODE_MAC_HEADER, header]]);
  };
}

/** Whether the SuperLink is another one than was greeted, or the same one started anew. */
function asksForGreeting(error: unknown): boolean {
  if (!(error instanceof RpcError) || error.code !== "UNAUTHENTICATED") return false;
  return [GREET_AGAIN.otherKey, GREET_AGAIN.marked, NO_SIGNATURE].some((text) => error.details === text);
}

function noMac(): RpcError {
  return new RpcError(
    "UNAUTHENTICATED",
    "it takes no MACs, or something in between keeps them away, and --require-node-auth hmac accepts nothing else",
  );
}
