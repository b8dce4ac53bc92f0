import { ephemeralNodeKey, type NodeKey, nodeKeyOf } from "../../core/auth/keys.ts";
import { nodeSigner } from "../../core/auth/node_signer.ts";
import { NodeTransport } from "../../core/auth/node_transport.ts";
import { versionHeaders } from "../../core/auth/version.ts";
import { systemClock } from "../../core/io/clock.ts";
import { openContentFiles } from "../../core/io/content_files.ts";
import { connectGrpc } from "../../core/io/grpc/client.ts";
import { systemRandom } from "../../core/io/random.ts";
import type { Log } from "../../core/io/ports.ts";
import { type Credential, RpcClient } from "../../core/rpc/client.ts";
import { RpcError } from "../../core/rpc/status.ts";
import type { Transport } from "../../core/rpc/transport.ts";
import { withSmallInMemory } from "../../core/io/small_contents.ts";
import { MemoryStore } from "../../core/store/memory_store.ts";
import { ObjectExchange } from "../../core/store/object_exchange.ts";
import { FleetTransport } from "../../core/supernode/fleet_transport.ts";
import { createSuperNode, type SuperNode } from "../../core/supernode/supernode.ts";
import { SuperNodeError } from "../../core/supernode/refusal.ts";
import { UserError } from "../output.ts";
import { openAppSocket } from "./app_socket.ts";
import { Listeners } from "./listeners.ts";
import { type LocalSuperExec, ownSecret, startLocalSuperExec } from "./local_superexec.ts";
import { OBJECT_FORMAT } from "./object_format.ts";
import { watchPeer } from "./peer_watch.ts";
import { asUserError, type RoleWorld, serveRole } from "./role_worker.ts";
import type { SuperNodeSettings } from "./supernode_settings.ts";

const [clock, random] = [systemClock, systemRandom];

serveRole<SuperNodeSettings>(["flwr.proto.ClientAppIo"], async (settings, world) => {
  const { log } = world;
  const { isolation, contentsPath } = settings;
  warnOpenDoors(settings, world);
  const superexecSecret = isolation === "subprocess" ? ownSecret(random) : settings.superexecSecret;
  const store = new MemoryStore();
  // A node that was ended begins anew: its SuperLink gives its messages again or answers for it.
  const files = await asUserError(() => openContentFiles(contentsPath, { durable: false }));
  const contents = withSmallInMemory(files, { durable: false });
  const objects = new ObjectExchange({ store, files: contents, format: OBJECT_FORMAT });
  // What an earlier node at this address left behind belongs to nobody any more.
  await objects.sweep();
  const over = new AbortController();
  const node = await buildNode(settings, { store, objects, superexecSecret, world, over: over.signal });
  const listeners = new Listeners({ log, maxObjectBytes: settings.maxObjectBytes });
  const appIo = await listeners.open("ClientAppIo API", {
    address: settings.clientAppIoAddress,
    tls: settings.appIoTls,
    router: node.clientAppIo,
  });
  const socketPath = await openAppSocket(settings.appIoSocket, { listeners, router: node.clientAppIo });
  const superexec = isolation === "process" ? undefined : startLocalSuperExec({
    plugin: "clientapp",
    appIo: node.clientAppIo,
    boundAddress: appIo.address,
    caPath: settings.appIoTls?.caPath,
    socketPath,
    secret: superexecSecret!,
    launcher: world.launcher!,
    clock,
    random,
    log,
  });
  const forget = () => Deno.remove(contentsPath, { recursive: true });
  return live(node, { superexec, listeners, forget, over });
});

function warnOpenDoors({ superlinkTls, superlinkAddress }: SuperNodeSettings, { log }: RoleWorld): void {
  if (superlinkTls.insecure) {
    log.warn(
      `Option \`--insecure\` was set. Starting insecure HTTP channel to ${superlinkAddress}. Proceed only if you understand the risks.`,
    );
  } else if (superlinkTls.rootCertificates === undefined) {
    log.info("Using system certificates for TLS connection");
  }
}

async function buildNode(
  settings: SuperNodeSettings,
  on: {
    store: MemoryStore;
    objects: ObjectExchange;
    superexecSecret?: Uint8Array;
    world: RoleWorld;
    over: AbortSignal;
  },
): Promise<SuperNode> {
  const { privateKey, maxTries, maxWaitMs, nodeConfig } = settings;
  const { store, objects, superexecSecret, world: { log }, over } = on;
  const key = privateKey ? await nodeKeyOf(privateKey) : await ephemeralNodeKey();
  const { transport, credentials } = connect(settings, { key, log, over });
  return createSuperNode({
    fleet: new RpcClient(transport, { credentials, retry: { maxTries, maxWaitMs }, clock, random, log }),
    farewell: new RpcClient(transport, { credentials }),
    store,
    objects,
    clock,
    random,
    log,
    publicKey: key.publicKey,
    selfRegistered: privateKey === undefined,
    nodeConfig,
    superexecSecret,
  });
}

/** The way to the SuperLink, and what vouches for the calls that go there. */
function connect(
  { superlinkAddress: address, superlinkTls, requireNodeAuth }: SuperNodeSettings,
  { key, log, over }: { key: NodeKey; log: Log; over: AbortSignal },
): { transport: Transport; credentials: Credential[] } {
  const version = versionHeaders("SuperNode");
  if (superlinkTls.insecure) {
    const inner = connectGrpc({ address, tls: "insecure" });
    const transport = new FleetTransport(inner, { inner, key, clock, log });
    return { transport, credentials: [nodeSigner(key, { clock }), version] };
  }
  const requireMac = requireNodeAuth === "hmac";
  const onCertificate = watchPeer({ clock, log, signal: over });
  const inner = connectGrpc({ address, tls: { ...superlinkTls, onCertificate } });
  const current = new NodeTransport(inner, { key, clock, random, log, requireMac });
  const transport = requireMac ? current : new FleetTransport(current, { inner, key, clock, log });
  return { transport, credentials: [version] };
}

/** Lets the node live until it is stopped or its SuperLink does not know it any more. */
function live(
  node: SuperNode,
  on: {
    superexec?: LocalSuperExec;
    listeners: Listeners;
    forget: () => Promise<void>;
    over: AbortController;
  },
) {
  const { over } = on;
  let closing: Promise<void> | undefined;
  const close = () =>
    closing ??= (async () => {
      over.abort();
      await on.superexec?.stop();
      await on.listeners.stop();
      await on.forget();
    })();
  const living = node.run(over.signal).catch(refused);
  const ended = Promise.race([living, ...on.superexec ? [on.superexec.ended] : []]).then(async () => {
    await close();
    return 0;
  });
  return {
    ended,
    stop: async () => {
      over.abort();
      await living.finally(close);
    },
  };
}

function refused(error: unknown): never {
  if (error instanceof SuperNodeError) throw new UserError(error.message);
  if (!(error instanceof RpcError)) throw error;
  throw new UserError(`The SuperLink cannot be used: ${error.details || error.code}`, {
    hint: "Check --superlink, --root-certificates and --auth-supernode-private-key",
  });
}
