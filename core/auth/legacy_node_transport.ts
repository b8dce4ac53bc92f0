import { Metadata } from "../rpc/metadata.ts";
import { RpcError } from "../rpc/status.ts";
import type { CallOptions, RawReply, Transport } from "../rpc/transport.ts";
import { marked } from "../wire/legacy_mark.ts";
import { legacyFleet } from "../wire/legacy_methods.ts";
import { fromUrlSafe, legacyMac, legacyMacKey, signedForm, toUrlSafe } from "../wire/legacy_token.ts";
import type { NodeKey } from "./keys.ts";
import { LEGACY_HEADERS } from "./legacy_headers.ts";
import { sharedSecret } from "./shared_secret.ts";

/**
 * Vouches for a SuperNode's calls as Flower 1.14.0 does: by a MAC over the body, with a key that it shares with the
 * SuperLink from CreateNode on. A SuperLink that authenticates nobody gets none.
 */
export class LegacyNodeTransport implements Transport {
  #macKey: Uint8Array | undefined;

  constructor(readonly inner: Transport, readonly key: NodeKey) {}

  get address(): string {
    return this.inner.address;
  }

  /** Whether the SuperLink knows the node by its key. Told by its answer to CreateNode. */
  get isAuthenticated(): boolean {
    return this.#macKey !== undefined;
  }

  async unary(path: string, request: Uint8Array, options: CallOptions = {}): Promise<RawReply> {
    const form = marked(signedForm(path.split("/").at(-1)!, request));
    const metadata = new Metadata(options.metadata);
    metadata.append(LEGACY_HEADERS.publicKey, toUrlSafe(this.key.publicKey));
    const isFirst = path === legacyFleet.CreateNode.path;
    if (this.#macKey && !isFirst) {
      metadata.append(LEGACY_HEADERS.token, toUrlSafe(await legacyMac(this.#macKey, form)));
    }
    const reply = await this.inner.unary(path, form, { ...options, metadata });
    if (isFirst) this.#macKey = await macKeyFrom(reply.headers, this.key);
    return reply;
  }

  stream(path: string, request: Uint8Array, options?: CallOptions): AsyncIterable<Uint8Array> {
    return this.inner.stream(path, request, options);
  }

  ready(timeoutMs: number): Promise<void> {
    return this.inner.ready(timeoutMs);
  }

  close(): void {
    this.inner.close();
  }
}

/** @throws {RpcError} UNAUTHENTICATED when the SuperLink shows a key with which there is no secret to agree on */
async function macKeyFrom(headers: Metadata, key: NodeKey): Promise<Uint8Array | undefined> {
  const shown = headers.text(LEGACY_HEADERS.publicKey);
  if (shown === undefined) return undefined;
  const publicKey = fromUrlSafe(shown) ?? new Uint8Array();
  const shared = await sharedSecret(key.agreementKey, publicKey).catch((cause) => {
    throw new RpcError("UNAUTHENTICATED", "The key of the SuperLink is none that fits the node's", { cause });
  });
  return await legacyMacKey(shared);
}
