/**
 * Sends heartbeats of one node as fast as a Fleet API takes them. What vouches for each call is made before the clock
 * runs, fresh for every one, so that the client's own work does not count. Prints one line of JSON.
 */
import { readPrivateKey } from "../../core/auth/key_file.ts";
import { nodeKeyOf } from "../../core/auth/keys.ts";
import { greet, GREETING_HEADERS } from "../../core/auth/node_greeting.ts";
import { NODE_HEADERS, NODE_MAC_HEADER } from "../../core/auth/node_headers.ts";
import { signedHeaders } from "../../core/auth/node_signer.ts";
import { sharedSecret } from "../../core/auth/shared_secret.ts";
import { connectGrpc } from "../../core/io/grpc/client.ts";
import { Metadata } from "../../core/rpc/metadata.ts";
import { fleet } from "../../core/wire/methods.ts";
import { epochOf, nodeMac, nodeMacHead, nodeMacKey, requestHash } from "../../core/wire/node_mac.ts";

const [address, caPath, keyPath, nodeId, scheme, calls, atOnce] = Deno.args;
const content = await Deno.readFile(keyPath);
const key = await nodeKeyOf(await readPrivateKey({ content, path: keyPath }));
const rootCertificates = await Deno.readFile(caPath);
const transport = connectGrpc({ address, tls: { rootCertificates } });
const { path } = fleet.SendNodeHeartbeat;
const request = fleet.SendNodeHeartbeat.encodeRequest({
  node: { node_id: BigInt(nodeId) },
  heartbeat_interval: 30,
});

async function unsigned(): Promise<(at: number) => Promise<Metadata>> {
  return await Promise.resolve(() =>
    Promise.resolve(new Metadata([[NODE_HEADERS.publicKey, key.publicKey]]))
  );
}

async function signing(): Promise<(at: number) => Promise<Metadata>> {
  const began = Date.now();
  return await Promise.resolve(async (at: number) => {
    // A microsecond apart: no two signatures are over the same text.
    const ms = new Date(began + Math.floor(at / 1_000)).toISOString().slice(0, -1);
    const timestamp = `${ms}${String(at % 1_000).padStart(3, "0")}+00:00`;
    return await signedHeaders(key, timestamp);
  });
}

async function macs(): Promise<(at: number) => Promise<Metadata>> {
  const metadata = new Metadata([[GREETING_HEADERS.curve, key.curve]]);
  const { headers } = await transport.unary(greet.path, new Uint8Array(), { metadata });
  const [linkKey] = headers.binaries(GREETING_HEADERS.linkKey);
  const session = crypto.getRandomValues(new Uint8Array(16));
  const shared = await sharedSecret(key.agreementKey, linkKey);
  const macKey = await nodeMacKey(shared, { session, nodeKey: key.publicKey, linkKey });
  const [epoch, bodyHash] = [epochOf(linkKey), await requestHash(request)];
  return (counter) => {
    const head = nodeMacHead({ epoch, session, counter, timestampMs: Date.now() });
    const header = new Uint8Array([...head, ...nodeMac(macKey, { head, path, bodyHash })]);
    return Promise.resolve(
      new Metadata([[NODE_HEADERS.publicKey, key.publicKey], [NODE_MAC_HEADER, header]]),
    );
  };
}

const schemes = { none: unsigned, hmac: macs, signature: signing };
const vouch = await schemes[scheme as keyof typeof schemes]();
const credentials: Metadata[] = [];
for (let at = 0; at < Number(calls); at++) credentials.push(await vouch(at));
// They are taken from the end.
credentials.reverse();

/** Sends calls until there is none left. */
async function worker(): Promise<void> {
  for (let metadata = credentials.pop(); metadata; metadata = credentials.pop()) {
    await transport.unary(path, request, { metadata });
  }
}
// Whoever starts this reads the server's time at both lines.
console.log(JSON.stringify({ ready: true }));
await new Promise((resolve) => Deno.stdin.read(new Uint8Array(1)).then(resolve));
const began = performance.now();
await Promise.all(Array.from({ length: Number(atOnce) }, worker));
console.log(JSON.stringify({ seconds: (performance.now() - began) / 1_000 }));
transport.close();
