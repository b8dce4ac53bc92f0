/**
 * What it costs a SuperLink to know who calls: `deno run -A tests/bench/auth.ts`. Heartbeats of one P-384 node over
 * TLS, without a check, with MACs and with signatures, and the official SuperLink's with signatures, all in one run.
 */
import { makeServerFiles } from "../fakes/certificates.ts";
import { Federation } from "../interop/federation.ts";
import { Stage } from "../interop/harness.ts";
import { Buffer } from "node:buffer";
import process from "node:process";
import { nodeKeyOf } from "../../core/auth/keys.ts";
import { LinkKeys } from "../../core/auth/link_keys.ts";
import { NodeSessions } from "../../core/auth/node_sessions.ts";
import { NODE_MAC_HEADER } from "../../core/auth/node_headers.ts";
import { NodeTransport } from "../../core/auth/node_transport.ts";
import { PublicKeys } from "../../core/auth/public_keys.ts";
import { Metadata } from "../../core/rpc/metadata.ts";
import type { UncheckedCall } from "../../core/rpc/router.ts";
import type { CallOptions, Transport } from "../../core/rpc/transport.ts";
import { GREETING_HEADERS } from "../../core/auth/node_greeting.ts";
import { derSignature } from "../../core/wire/ecdsa_signature.ts";
import { fleet } from "../../core/wire/methods.ts";
import { parsePrivateKey } from "../../core/wire/private_key.ts";
import { systemClock as clock } from "../../core/io/clock.ts";
import { systemRandom as random } from "../../core/io/random.ts";

const KEY = new URL("../vectors/keys/client_credentials_1", import.meta.url).pathname;
const [CALLS, AT_ONCE, ROUNDS] = [6_000, 32, 4];
/** Linux counts processor time in hundredths. */
const TICKS_PER_S = 100;

/** Calls of one kind, measured. */
interface Rate {
  readonly callsPerS: number;
  /** Processor time of the server for one call. Milliseconds. */
  readonly serverMs: number;
}

/** Where a kind of call goes. */
interface Target {
  readonly address: string;
  readonly ca: string;
  readonly node: string;
  readonly scheme: "none" | "hmac" | "signature";
  readonly serverPid: number;
}

/** Processor time that a process and its threads have used so far. Seconds. */
async function cpuS(pid: number): Promise<number> {
  const stat = await Deno.readTextFile(`/proc/${pid}/stat`);
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_S;
}

async function rateOf({ address, ca, node, scheme, serverPid }: Target): Promise<Rate> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "-A", "--no-prompt", "--cached-only", new URL("./auth_client.ts", import.meta.url).pathname],
      ...[address, ca, KEY, node, scheme, String(CALLS), String(AT_ONCE)],
    ],
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const lines = linesOf(child.stdout);
  await lines.next();
  const before = await cpuS(serverPid);
  const stdin = child.stdin.getWriter();
  await stdin.write(new Uint8Array([10]));
  const { value } = await lines.next();
  if (!value) throw new Error(`The client for ${scheme} ended without a word`);
  const spent = await cpuS(serverPid) - before;
  await stdin.close();
  await child.status;
  return { callsPerS: CALLS / JSON.parse(value).seconds, serverMs: spent * 1_000 / CALLS };
}

async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    yield* lines;
  }
}

/** The most calls and the least time of any round: what other work on the machine disturbed least. */
function betterOf(rate: Rate, other: Rate = rate): Rate {
  return {
    callsPerS: Math.max(rate.callsPerS, other.callsPerS),
    serverMs: Math.min(rate.serverMs, other.serverMs),
  };
}

/** Each kind in turn, several times. */
async function ours(): Promise<Record<string, Rate>> {
  const folder = await Deno.makeTempDir({ prefix: "corolla-bench-auth-" });
  const { ca, server } = await makeServerFiles();
  await Deno.writeFile(`${folder}/ca.crt`, ca.certificate);
  await Deno.writeFile(`${folder}/server.pem`, server.certificate);
  await Deno.writeFile(`${folder}/server.key`, server.privateKey);
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "-A", "--no-prompt", "--cached-only", new URL("./auth_server.ts", import.meta.url).pathname],
      ...[folder, `${KEY}.spki.pem`],
    ],
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  try {
    const ports: Record<string, number> = JSON.parse((await linesOf(child.stdout).next()).value!);
    const best: Record<string, Rate> = {};
    for (let round = 0; round < ROUNDS; round++) {
      for (const scheme of ["none", "hmac", "signature"] as const) {
        const target = { address: `127.0.0.1:${ports[scheme]}`, ca: `${folder}/ca.crt`, node: "7", scheme };
        const rate = await rateOf({ ...target, serverPid: child.pid });
        best[scheme] = betterOf(rate, best[scheme]);
      }
    }
    return best;
  } finally {
    child.kill();
    await child.status;
    await Deno.remove(folder, { recursive: true });
  }
}

/** The official SuperLink with signatures. */
async function official(args: string[]): Promise<Rate> {
  const stage = new Stage();
  try {
    const federation = await Federation.start(stage, {
      superlink: "official",
      security: "auth",
      superlinkArgs: args,
    });
    await Deno.copyFile(`${KEY}.pub`, stage.path("keys/client_credentials_1.pub"));
    await federation.register("ours", 0);
    const { stdout } = await federation.flwr("ours", ["supernode", "list", "test", "--format", "json"]);
    const [{ "node-id": node }] = JSON.parse(stdout).nodes;
    const [, fleetAddress] = await federation.says(/Starting Fleet API.* on (\S+)/);
    const target = {
      address: fleetAddress,
      ca: stage.path("certificates/ca.crt"),
      node,
      scheme: "signature",
    } as const;
    let best: Rate | undefined;
    for (let round = 0; round < ROUNDS; round++) {
      const rate = await rateOf({ ...target, serverPid: stage.pid("superlink-official") });
      best = betterOf(rate, best);
    }
    return best!;
  } finally {
    await stage.clear();
    await Deno.remove(stage.folder, { recursive: true });
  }
}

/** The processor time that one check takes by itself, one after the other. Milliseconds. */
async function verification(): Promise<{ macMs: number; signatureMs: number }> {
  const key = await nodeKeyOf(await parsePrivateKey(await Deno.readTextFile(KEY)));
  const requestBytes = fleet.SendNodeHeartbeat.encodeRequest({
    node: { node_id: 7n },
    heartbeat_interval: 30,
  });
  const keys = new LinkKeys();
  const headers: Metadata[] = [];
  const inner = {
    unary: async (path: string, _request: Uint8Array, { metadata }: CallOptions) => {
      if (path === fleet.SendNodeHeartbeat.path) headers.push(metadata!);
      const linkKey = (await keys.on(key.curve)).publicKey;
      return { headers: new Metadata([[GREETING_HEADERS.linkKey, linkKey]]), body: new Uint8Array() };
    },
  } as unknown as Transport;
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  const transport = new NodeTransport(inner, { key, clock, random, log });
  const count = 1_000;
  for (let at = 0; at < count; at++) await transport.unary(fleet.SendNodeHeartbeat.path, requestBytes);
  const sessions = new NodeSessions({ keys, clock });
  const connection = { id: "", peerAddress: "", secure: true, closed: new AbortController().signal };
  const macMs = await each(headers, async (metadata) => {
    const call: UncheckedCall = {
      method: fleet.SendNodeHeartbeat,
      metadata,
      requestBytes,
      request: {},
      connection,
    };
    const by = { publicKey: key.publicKey, header: metadata.binaries(NODE_MAC_HEADER)[0] };
    sessions.use(await sessions.check(call, by), { registered: true });
  });
  const signed = [];
  for (let at = 0; at < count; at++) {
    const data = new TextEncoder().encode(`2026-11-23T12:00:00.${String(at).padStart(6, "0")}+00:00`);
    const raw = await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, key.privateKey, data);
    signed.push({ data, signature: derSignature(new Uint8Array(raw)) });
  }
  const publicKeys = new PublicKeys();
  const signatureMs = await each(signed, async (each) => {
    if (!await publicKeys.verify(Buffer.from(key.publicKey), each)) {
      throw new Error("A good signature was refused");
    }
  });
  return { macMs, signatureMs };
}

async function each<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<number> {
  const before = process.cpuUsage();
  for (const item of items) await work(item);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000 / items.length;
}

/** Measures all and gives rows for people: what is checked, calls a second, and the server's time for a call. */
export async function authentication(): Promise<{ rows: string[][]; facts: Record<string, unknown> }> {
  const alone = await verification();
  const rates = await ours();
  const theirs = Deno.env.get("COROLLA_PEER")
    ? { "in memory": await official([]), "with a database": await official(["--database", "superlink.db"]) }
    : {};
  const share = (part: number, whole: number) => `${(100 * part / whole).toFixed(0)} %`;
  const rows = [
    ...Object.entries(rates).map(([scheme, rate]) => [`corolla, ${scheme}`, rate] as const),
    ...Object.entries(theirs).map(([how, rate]) => [`official, signature, ${how}`, rate] as const),
  ].map(([name, { callsPerS, serverMs }]) => [
    name,
    callsPerS.toFixed(0),
    share(callsPerS, rates.none.callsPerS),
    `${serverMs.toFixed(2)} ms`,
    share(rates.none.serverMs, serverMs),
  ]);
  const times = `${(alone.signatureMs / alone.macMs).toFixed(0)} times`;
  rows.push(["one MAC alone", "", "", `${alone.macMs.toFixed(3)} ms`, ""]);
  rows.push(["one signature alone", "", "", `${alone.signatureMs.toFixed(3)} ms`, times]);
  return { rows, facts: { alone, rates, theirs } };
}

if (import.meta.main) {
  const { rows } = await authentication();
  for (const row of rows) {
    console.log(row.map((cell, at) => at === 0 ? cell.padEnd(42) : cell.padStart(12)).join(""));
  }
}
