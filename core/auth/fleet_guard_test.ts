import { assert, assertEquals, assertRejects } from "@std/assert";
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { vectors } from "../../proto/vectors.ts";
import { FakeClock } from "../../tests/fakes/clock.ts";
import { FakeLog } from "../../tests/fakes/log.ts";
import { uncheckedCall, withHeaders } from "../../tests/fakes/unchecked_call.ts";
import type { Node, NodeStatus } from "../model/node.ts";
import { Metadata } from "../rpc/metadata.ts";
import type { AnyMethod } from "../rpc/method.ts";
import { RpcError } from "../rpc/status.ts";
import { MemoryStore } from "../store/memory_store.ts";
import { allOf, control, fleet } from "../wire/methods.ts";
import { parsePythonTimestamp } from "../wire/timestamp.ts";
import type { Caller } from "./caller.ts";
import { fleetGuard } from "./fleet_guard.ts";
import { ephemeralNodeKey } from "./keys.ts";
import { NODE_HEADERS } from "./node_headers.ts";
import { nodeSigner } from "./node_signer.ts";

interface SignatureCase {
  name: string;
  spki_pem: string;
  timestamp: string;
  signature_hex: string;
  server_now?: string;
  expected: string;
}
const { cases } =
  (await vectors<{ signature_1_32_1: { cases: SignatureCase[] } }>("auth.json")).signature_1_32_1;

const NODE_ID = 0xfedc_ba98_7654_3210n;
const key = await ephemeralNodeKey();

function nodeWith(publicKey: Uint8Array, status: NodeStatus = "online"): Node {
  return {
    nodeId: NODE_ID,
    ownerId: "<id:none>",
    ownerName: "none",
    status,
    registeredAt: 0,
    onlineUntil: 0,
    heartbeatIntervalS: 30,
    publicKey,
  };
}

/** A guard that knows one node, and a signer of that node's calls. */
async function setUp(options: { node?: Node; nowMs?: number } = {}) {
  const clock = new FakeClock(options.nowMs);
  const store = new MemoryStore();
  const log = new FakeLog();
  const node = options.node ?? nodeWith(key.publicKey);
  await store.transaction((tx) => tx.putNode(node));
  const guard = fleetGuard({ store, clock, log });
  const signed = () =>
    Promise.resolve(nodeSigner(key, { clock })({ method: fleet.GetRun, requestBytes: new Uint8Array() }));
  const admit = (method: AnyMethod, request: unknown, metadata: Metadata): Promise<Caller> =>
    guard.admit(uncheckedCall(method, request, metadata));
  return { clock, log, node, signed, admit };
}

async function refusal(call: Promise<unknown>): Promise<string> {
  const { code, details } = await assertRejects(() => call, RpcError);
  return `${code} ${details}`;
}

const ACTIVATE = { public_key: key.publicKey, heartbeat_interval: 30 };
const PULL = { node: { node_id: NODE_ID } };

for (const row of cases) {
  Deno.test(`fleet guard: vector "${row.name}"`, async () => {
    const publicKey = Buffer.from(row.spki_pem);
    const nowUs = parsePythonTimestamp(row.server_now ?? "2026-11-22T17:56:50+00:00")!;
    const { admit, node } = await setUp({ node: nodeWith(publicKey), nowMs: nowUs / 1_000 });
    const headers = new Metadata([
      [NODE_HEADERS.publicKey, publicKey],
      [NODE_HEADERS.timestamp, row.timestamp],
      [NODE_HEADERS.signature, Buffer.from(row.signature_hex, "hex")],
    ]);
    const call = admit(fleet.PullMessages, PULL, headers);
    if (row.expected.startsWith("accept")) assertEquals(await call, { kind: "node", node });
    else assertEquals(await refusal(call), row.expected);
  });
}

for (const method of allOf(fleet)) {
  Deno.test(`fleet guard: ${method.name} is admitted with a good signature and refused without`, async () => {
    const { admit, signed, node } = await setUp();
    const byKey = method.name === "RegisterNode" || method.name === "ActivateNode";
    const request = byKey
      ? { public_key: key.publicKey }
      : "node" in method.decodeRequest(new Uint8Array())
      ? PULL
      : { node_id: NODE_ID };
    const expected = byKey ? { kind: "newcomer", publicKey: key.publicKey } : { kind: "node", node };
    assertEquals(await admit(method, request, await signed()), expected as Caller);
    const bare = admit(method, request, new Metadata());
    assertEquals(await refusal(bare), "UNAUTHENTICATED Missing authentication metadata");
  });
}

Deno.test("fleet guard: each header must stand exactly once and not be empty", async () => {
  const { admit, signed } = await setUp();
  const headers = await signed();
  for (const name of Object.values(NODE_HEADERS)) {
    const [value] = name.endsWith("-bin") ? headers.binaries(name) : headers.texts(name);
    for (const values of [[], [typeof value === "string" ? "" : new Uint8Array()], [value, value]]) {
      const call = admit(fleet.PullMessages, PULL, withHeaders(headers, { [name]: values }));
      assertEquals(await refusal(call), "UNAUTHENTICATED Missing authentication metadata");
    }
  }
});

Deno.test("fleet guard: what is no key on a NIST curve signs nothing", async () => {
  const { admit, signed } = await setUp();
  const pem = Buffer.from(key.publicKey).toString();
  const offCurve = `${pem.slice(0, 150)}${pem[150] === "A" ? "B" : "A"}${pem.slice(151)}`;
  for (const text of ["key", pem.replaceAll("PUBLIC", "PRIVATE"), offCurve]) {
    const headers = withHeaders(await signed(), { [NODE_HEADERS.publicKey]: [Buffer.from(text)] });
    assertEquals(
      await refusal(admit(fleet.PullMessages, PULL, headers)),
      "UNAUTHENTICATED Invalid signature",
    );
  }
});

Deno.test("fleet guard: a time that is signed but says nothing is refused", async () => {
  const { admit } = await setUp();
  for (const timestamp of ["2026-11-23T12:00:00", "noon"]) {
    const raw = await crypto.subtle.sign(
      { name: "ECDSA", hash: "SHA-256" },
      key.privateKey,
      new TextEncoder().encode(timestamp),
    );
    const { derSignature } = await import("../wire/ecdsa_signature.ts");
    const headers = new Metadata([
      [NODE_HEADERS.publicKey, key.publicKey],
      [NODE_HEADERS.timestamp, timestamp],
      [NODE_HEADERS.signature, derSignature(new Uint8Array(raw))],
    ]);
    assertEquals(
      await refusal(admit(fleet.PullMessages, PULL, headers)),
      "UNAUTHENTICATED Invalid timestamp",
    );
  }
});

Deno.test("fleet guard: headers grow old, and those of a clock that is ahead must wait", async () => {
  const { admit, signed, clock } = await setUp();
  const headers = await signed();
  clock.jump(304_999);
  assertEquals((await admit(fleet.PullMessages, PULL, headers)).kind, "node");
  clock.jump(1);
  assertEquals(await refusal(admit(fleet.PullMessages, PULL, headers)), "UNAUTHENTICATED Invalid timestamp");
  clock.jump(-310_000);
  assertEquals(await refusal(admit(fleet.PullMessages, PULL, headers)), "UNAUTHENTICATED Invalid timestamp");
  clock.jump(1);
  assertEquals((await admit(fleet.PullMessages, PULL, headers)).kind, "node");
});

Deno.test("fleet guard: a node speaks for itself only", async () => {
  const { admit, signed } = await setUp();
  for (const node of [{ node_id: NODE_ID + 1n }, { node_id: 0n }, { node_id: 1n }, null, undefined]) {
    const call = admit(fleet.PullMessages, { node }, await signed());
    assertEquals(await refusal(call), "UNAUTHENTICATED Invalid node ID");
  }
  const deactivate = admit(fleet.DeactivateNode, { node_id: NODE_ID - 1n }, await signed());
  assertEquals(await refusal(deactivate), "UNAUTHENTICATED Invalid node ID");
});

Deno.test("fleet guard: a key that is not registered, or only in another form, has no node", async () => {
  const other = await ephemeralNodeKey();
  const withoutNewline = key.publicKey.slice(0, -1);
  const withCrlf = Buffer.from(Buffer.from(key.publicKey).toString().replaceAll("\n", "\r\n"));
  for (const publicKey of [other.publicKey, withoutNewline, withCrlf]) {
    const { admit, signed } = await setUp({ node: nodeWith(publicKey) });
    assertEquals(
      await refusal(admit(fleet.PullMessages, PULL, await signed())),
      "UNAUTHENTICATED Invalid node ID",
    );
  }
});

Deno.test("fleet guard: registered and offline nodes may call, unregistered ones not", async () => {
  for (const status of ["registered", "online", "offline"] as const) {
    const { admit, signed, node } = await setUp({ node: nodeWith(key.publicKey, status) });
    assertEquals(await admit(fleet.SendNodeHeartbeat, PULL, await signed()), { kind: "node", node });
  }
  const { admit, signed } = await setUp({ node: nodeWith(key.publicKey, "unregistered") });
  assertEquals(
    await refusal(admit(fleet.PullMessages, PULL, await signed())),
    "UNAUTHENTICATED Invalid node ID",
  );
});

Deno.test("fleet guard: nobody registers or activates a key that signs for somebody else", async () => {
  const { admit, signed } = await setUp();
  const other = await ephemeralNodeKey();
  for (const method of [fleet.RegisterNode, fleet.ActivateNode]) {
    for (const publicKey of [other.publicKey, new Uint8Array()]) {
      const call = admit(method, { ...ACTIVATE, public_key: publicKey }, await signed());
      assertEquals(await refusal(call), "UNAUTHENTICATED Invalid node ID");
    }
  }
});

Deno.test("fleet guard: a request beyond its method's limit is refused before anything is computed", async () => {
  const { admit } = await setUp();
  const call = admit(fleet.ActivateNode, { public_key: new Uint8Array(65_536) }, new Metadata());
  assertEquals((await refusal(call)).split(" ")[0], "RESOURCE_EXHAUSTED");
});

Deno.test("fleet guard: methods of other services and without a row are not for it", async () => {
  const { admit, signed } = await setUp();
  const other = admit(control.ListRuns, {}, await signed());
  assertEquals(await refusal(other), "UNIMPLEMENTED Method not found: /flwr.proto.Control/ListRuns");
  const unknown = { ...fleet.PullMessages, name: "Shutdown", path: "/flwr.proto.Fleet/Shutdown" };
  const call = admit(unknown, PULL, await signed());
  assertEquals(await refusal(call), "UNIMPLEMENTED Method not found: /flwr.proto.Fleet/Shutdown");
});

Deno.test("fleet guard: the log tells who called and who was refused, and nothing secret", async () => {
  const { admit, signed, log } = await setUp();
  await admit(fleet.PullMessages, PULL, await signed());
  await admit(fleet.ActivateNode, ACTIVATE, await signed());
  await refusal(admit(fleet.PullMessages, PULL, new Metadata()));
  const fingerprint = createHash("sha256").update(key.publicKey).digest("hex").slice(0, 16);
  assertEquals(log.lines, [
    { level: "debug", text: `[Fleet.PullMessages] node_id=${NODE_ID}` },
    { level: "debug", text: `[Fleet.ActivateNode] key=${fingerprint}` },
    { level: "warn", text: "[Fleet.PullMessages] refused 192.0.2.1:5: Missing authentication metadata" },
  ]);
  assert(NODE_ID > 2n ** 53n);
});
