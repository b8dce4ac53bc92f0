import type { Caller } from "../../core/auth/caller.ts";
import { systemClock as clock } from "../../core/io/clock.ts";
import {
  AddressInUseError,
  type GrpcServer,
  type GrpcServerOptions,
  serveGrpc,
  type ServerTls,
} from "../../core/io/grpc/server.ts";
import type { Log } from "../../core/io/ports.ts";
import { ByteBudget } from "../../core/rpc/budget.ts";
import type { Router } from "../../core/rpc/router.ts";
import type { ListenerTls } from "../config/server_tls.ts";
import { UserError } from "../output.ts";
import { http1Answer } from "./http1_sentence.ts";
import { watchTls } from "./tls_watch.ts";

/** Room in memory for the large requests and replies of all listeners together. */
const BUDGET_BYTES = 24 * 1024 * 1024;

/** What a message may hold beside its one object. */
const SLACK_BYTES = 1024 * 1024;

/** How long calls may take to come to their end when the program stops. */
const GRACE_MS = 1_000;

/** The gRPC doors of a role. They share one budget of memory. */
export class Listeners {
  readonly #budget = new ByteBudget(BUDGET_BYTES);
  readonly #servers: GrpcServer[] = [];
  /** The doors that show one and the same certificate. */
  readonly #certified = new Map<ListenerTls, GrpcServer[]>();
  readonly #closed = new AbortController();
  readonly #watches: Promise<void>[] = [];

  constructor(readonly options: { readonly log: Log; readonly maxObjectBytes: number }) {}

  /** Opens a door and says so. @throws {UserError} when the address cannot be had */
  async open(
    name: string,
    door: { readonly address: string; readonly tls?: ListenerTls; readonly router: Router<Caller> },
  ): Promise<GrpcServer> {
    const server = await this.#serve({ ...door, http1Answer: http1Answer(name) }).catch((error) => {
      throw listenRefusal(error, name);
    });
    if (door.tls) this.#certify(server, door.tls);
    this.options.log.info(`Flower Deployment Runtime: Starting ${name} on ${server.address}`);
    return server;
  }

  /**
   * Opens a door for apps that have no network: a socket in a folder that only this user may enter, in the clear.
   * @returns whether it is open; if not, the log says why
   */
  async openSocket(path: string, router: Router<Caller>): Promise<boolean> {
    try {
      await Deno.remove(path).catch(() => {});
      await this.#serve({ address: `unix:${path}`, router });
      return true;
    } catch (error) {
      this.options.log.warn(
        `Python apps keep the network: ${error instanceof Error ? error.message : error}`,
      );
      return false;
    }
  }

  async #serve(
    { router, ...door }: Pick<GrpcServerOptions, "address" | "tls" | "http1Answer"> & {
      router: Router<Caller>;
    },
  ): Promise<GrpcServer> {
    const { log, maxObjectBytes } = this.options;
    const server = await serveGrpc({
      ...door,
      target: router,
      methods: router.methods,
      maxMessageBytes: maxObjectBytes + SLACK_BYTES,
      budget: this.#budget,
      log,
    });
    this.#servers.push(server);
    return server;
  }

  /** Has the door show a new certificate as soon as there is one. */
  #certify(server: GrpcServer, tls: ListenerTls): void {
    const servers = this.#certified.get(tls) ?? [];
    servers.push(server);
    if (servers.length > 1) return;
    this.#certified.set(tls, servers);
    const renew = (files: ServerTls) => {
      for (const each of servers) each.renewTls(files);
    };
    const { log } = this.options;
    this.#watches.push(watchTls(tls, { clock, log, signal: this.#closed.signal, renew }));
  }

  /** Closes every door. */
  async stop(): Promise<void> {
    this.#closed.abort();
    await Promise.all(this.#watches);
    await Promise.all(this.#servers.map((server) => server.stop(GRACE_MS)));
  }
}

/** What the user is told when a listener could not be opened. @param name what should have listened */
export function listenRefusal(error: unknown, name: string): unknown {
  if (!(error instanceof Error)) return error;
  const hint = error instanceof AddressInUseError
    ? `End the program that listens there, or give the ${name} another address`
    : "Give an address of this machine that this user may listen on";
  return new UserError(error.message, { hint });
}
