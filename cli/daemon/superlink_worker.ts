import { nodeKeyOf } from "../../core/auth/keys.ts";
import { systemClock } from "../../core/io/clock.ts";
import { openContentFiles } from "../../core/io/content_files.ts";
import { fileReserve } from "../../core/io/disk_reserve.ts";
import type { GrpcServer } from "../../core/io/grpc/server.ts";
import { refusalHint } from "../../core/io/fence_refusal.ts";
import type { ContentFiles, DiskReserve } from "../../core/io/ports.ts";
import { systemRandom } from "../../core/io/random.ts";
import { withSmallInMemory } from "../../core/io/small_contents.ts";
import { openSqlite } from "../../core/io/sqlite.ts";
import { MemoryStore } from "../../core/store/memory_store.ts";
import { ObjectExchange } from "../../core/store/object_exchange.ts";
import { SqliteStore } from "../../core/store/sqlite_store.ts";
import type { Store } from "../../core/store/store.ts";
import { createSuperLink, type SuperLink } from "../../core/superlink/superlink.ts";
import { openAppSocket } from "./app_socket.ts";
import { watchKeyList } from "./key_list_watch.ts";
import { Listeners } from "./listeners.ts";
import { ownSecret, startLocalSuperExec } from "./local_superexec.ts";
import { OBJECT_FORMAT } from "./object_format.ts";
import { asUserError, type RoleWorld, serveRole, type UpRole } from "./role_worker.ts";
import type { SuperLinkSettings } from "./superlink_settings.ts";

const [clock, random] = [systemClock, systemRandom];

const SERVICES = ["flwr.proto.Control", "flwr.proto.Fleet", "flwr.proto.ServerAppIo"];

serveRole<SuperLinkSettings>(SERVICES, async (settings, world) => {
  const { log } = world;
  // What no database remembers need not survive a crash either, and nothing has to be written for it to go.
  const durable = settings.databasePath !== undefined;
  const reserve = durable ? fileReserve(`${settings.contentsPath}/reserve`) : undefined;
  const store = await openStore(settings, reserve);
  try {
    const files = await asUserError(() => openContentFiles(settings.contentsPath, { durable, reserve }));
    return await begin(settings, { store, files: withSmallInMemory(files, { durable }), world });
  } catch (error) {
    await store.close().catch((closing) => log.error(`Cannot close the database: ${closing}`));
    throw error;
  }
});

async function openStore({ databasePath }: SuperLinkSettings, reserve?: DiskReserve): Promise<Store> {
  if (databasePath === undefined) return new MemoryStore();
  return await asUserError(async () => new SqliteStore(await openSqlite(databasePath), { reserve }));
}

/** A SuperLink that is built and may be called. */
interface Built {
  readonly link: SuperLink;
  readonly listeners: Listeners;
  /** What SuperExecs have to know, where anything at all is asked of them. */
  readonly secret?: Uint8Array;
  close(): Promise<void>;
}

async function begin(
  settings: SuperLinkSettings,
  on: { store: Store; files: ContentFiles; world: RoleWorld },
): Promise<UpRole> {
  warnOpenDoors(settings, on.world);
  const built = await build(settings, on);
  const { link, listeners, secret, close } = built;
  try {
    const appIo = await listen(link, settings, listeners);
    if (settings.isolation === "process") return { stop: close };
    const { log } = on.world;
    const socketPath = await openAppSocket(settings.appIoSocket, { listeners, router: link.serverAppIo });
    const superexec = startLocalSuperExec({
      plugin: "serverapp",
      appIo: link.serverAppIo,
      boundAddress: appIo.address,
      caPath: settings.appIoTls?.caPath,
      socketPath,
      secret: secret!,
      launcher: on.world.launcher!,
      clock,
      random,
      log,
    });
    const stop = () => superexec.stop().finally(close);
    return { ended: superexec.ended.then(() => 0), stop };
  } catch (error) {
    await listeners.stop();
    await link.stop();
    throw error;
  }
}

async function build(
  settings: SuperLinkSettings,
  on: { store: Store; files: ContentFiles; world: RoleWorld },
): Promise<Built> {
  const { store, files, world: { log } } = on;
  const { supernodeAuth, isolation, maxObjectBytes, keyList, superlinkKey, requireNodeAuth, appFence } =
    settings;
  const secret = isolation === "subprocess" ? ownSecret(random) : settings.superexecSecret;
  const objects = new ObjectExchange({ store, files, format: OBJECT_FORMAT });
  const link = createSuperLink({
    ...{ store, objects, clock, random, log },
    ...{ isolation, supernodeAuth, superexecSecret: secret, requireMac: requireNodeAuth === "hmac" },
    legacyKey: superlinkKey && await nodeKeyOf(superlinkKey),
    allowKeyReuse: settings.allowKeyReuse,
    simulation: settings.fleetAddress === undefined,
    explain: appFence && ((details) => refusalHint(details, appFence)),
  });
  await link.recover();
  // Without a list nobody is listed any more, also who was with an earlier process.
  if (supernodeAuth) await link.listKeys(keyList?.keys ?? []);
  const over = new AbortController();
  const { signal } = over;
  const watching = keyList && watchKeyList(keyList, { clock, log, signal, apply: link.listKeys });
  const listeners = new Listeners({ log, maxObjectBytes });
  const close = async () => {
    over.abort();
    await watching;
    await listeners.stop();
    await link.stop();
    await store.close();
    // Without a database nobody could ever say what the contents belong to.
    if (settings.databasePath === undefined) await Deno.remove(settings.contentsPath, { recursive: true });
  };
  return { link, listeners, secret, close };
}

function warnOpenDoors(settings: SuperLinkSettings, { log }: RoleWorld): void {
  if (!settings.tls) {
    log.warn(
      "Option `--insecure` was set. Starting insecure HTTP server with unencrypted communication (TLS disabled). Proceed only if you understand the risks.",
    );
  }
  if (settings.fleetAddress === undefined) {
    log.info("Every run is simulated on this machine: no SuperNode is listened for");
  } else if (!settings.supernodeAuth) {
    log.warn(
      "SuperNode authentication is disabled. The SuperLink will accept connections from any SuperNode.",
    );
  } else if (settings.keyList) {
    log.info(`Node authentication enabled with ${settings.keyList.keys.length} known public keys`);
    if (settings.keyList.keys.length === 0) {
      log.warn("The list of SuperNode keys is empty: no SuperNode can come until it names one");
    }
  }
  if (settings.superlinkKey && settings.requireNodeAuth) {
    log.warn(
      "--auth-superlink-private-key is not used: --require-node-auth hmac keeps SuperNodes of Flower 1.14.0 out",
    );
  }
}

/** Opens the doors; gives the one for app processes. */
async function listen(
  link: SuperLink,
  settings: SuperLinkSettings,
  listeners: Listeners,
): Promise<GrpcServer> {
  const { controlAddress, serverAppIoAddress, fleetAddress, tls, appIoTls } = settings;
  await listeners.open("Control API", { address: controlAddress, tls, router: link.control });
  const appIo = await listeners.open("ServerAppIo API", {
    address: serverAppIoAddress,
    tls: appIoTls,
    router: link.serverAppIo,
  });
  if (fleetAddress !== undefined) {
    await listeners.open("Fleet API (gRPC-rere)", { address: fleetAddress, tls, router: link.fleet });
  }
  return appIo;
}
