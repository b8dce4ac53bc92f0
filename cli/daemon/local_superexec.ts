import { superexecSigner } from "../../core/auth/superexec_signer.ts";
import { versionHeaders } from "../../core/auth/version.ts";
import type { Caller } from "../../core/auth/caller.ts";
import type { AppPlugin, Clock, Launcher, Log, Random } from "../../core/io/ports.ts";
import { RpcClient } from "../../core/rpc/client.ts";
import { MemoryTransport } from "../../core/rpc/memory_transport.ts";
import type { Router } from "../../core/rpc/router.ts";
import { createSuperExec } from "../../core/superexec/superexec.ts";
import { clientAppIo, serverAppIo } from "../../core/wire/methods.ts";
import { reachableHere } from "../config/listen_address.ts";

/** Bytes of a secret that only this process knows: with it, nobody else can claim tasks. */
const SECRET_BYTES = 32;

/** A secret for the SuperExec of `--isolation subprocess`. */
export function ownSecret(random: Random): Uint8Array {
  return random.bytes(SECRET_BYTES);
}

/** What a {@link startLocalSuperExec} works with. */
export interface LocalSuperExecOptions {
  readonly plugin: AppPlugin;
  /** The service whose tasks are executed. */
  readonly appIo: Router<Caller>;
  /** The address that its listener was bound to. */
  readonly boundAddress: string;
  /** Path of the CA certificate by which app processes know it; it speaks in the clear without. */
  readonly caPath?: string;
  /** Path of a socket on which it listens too. */
  readonly socketPath?: string;
  /** As the service's guard knows it. */
  readonly secret: Uint8Array;
  readonly launcher: Launcher;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

/** A SuperExec at work. */
export interface LocalSuperExec {
  /** Resolves when it is over, and every app process with it. @throws {Error} when it could not go on */
  readonly ended: Promise<void>;
  stop(): Promise<void>;
}

/** Starts the SuperExec of `--isolation subprocess`: in this very thread, with no socket in between. */
export function startLocalSuperExec(options: LocalSuperExecOptions): LocalSuperExec {
  const { plugin, appIo, launcher, clock, random, log, caPath, socketPath } = options;
  const address = reachableHere(options.boundAddress);
  const credentials = [versionHeaders("SuperExec"), superexecSigner(options.secret, { clock, random })];
  const superexec = createSuperExec({
    appIo: new RpcClient(new MemoryTransport(appIo, { clock, address }), { credentials }),
    methods: plugin === "serverapp" ? serverAppIo : clientAppIo,
    plugin,
    launcher,
    endpoint: { address, rootCertificates: caPath, socketPath },
    clock,
    log,
    appRuntimeDefault: "python",
  });
  log.info("Starting Flower SuperExec");
  const over = new AbortController();
  const ended = superexec.run(over.signal);
  return {
    ended,
    stop: async () => {
      over.abort();
      await ended;
    },
  };
}
