import type { Caller } from "../../core/auth/caller.ts";
import { openGuard } from "../../core/auth/open_guard.ts";
import { serveGrpc } from "../../core/io/grpc/server.ts";
import type { Clock, Log } from "../../core/io/ports.ts";
import { ByteBudget } from "../../core/rpc/budget.ts";
import { Wakeups } from "../../core/rpc/hold.ts";
import { route, Router } from "../../core/rpc/router.ts";
import { RpcError } from "../../core/rpc/status.ts";
import { health, type ServingStatus } from "../../core/wire/health.ts";
import { http1Answer } from "./http1_sentence.ts";
import { listenRefusal } from "./listeners.ts";

/** A health listener that is up. */
export interface Health {
  /** Where it listens. */
  readonly address: string;
  /** Says from now on whether the role does its work. Those who watch hear of it at once. */
  say(status: "SERVING" | "NOT_SERVING"): void;
  stop(): Promise<void>;
}

/** How a {@link Health} listener is opened. */
export interface HealthOptions {
  /** `host:port`; it is never encrypted. */
  readonly address: string;
  /** The full names of the services that the role offers; they are as well as the role is. */
  readonly services: readonly string[];
  readonly clock: Clock;
  readonly log: Log;
}

/** Requests and replies are a few bytes. */
const MAX_MESSAGE_BYTES = 64 * 1024;

/** How long a change may take to reach those who watch when the program stops. */
const GRACE_MS = 200;

/** How often a watch that is not disturbed looks again by itself. */
const LOOK_MS = 60_000;

/**
 * Opens the listener of gRPC's health service. It says `NOT_SERVING` until it is told otherwise.
 * @throws {UserError} when the address cannot be had
 */
export async function openHealth(options: HealthOptions): Promise<Health> {
  const state = new HealthState(options);
  const server = await serveGrpc({
    address: options.address,
    target: state.router,
    methods: state.router.methods,
    maxMessageBytes: MAX_MESSAGE_BYTES,
    budget: new ByteBudget(MAX_MESSAGE_BYTES),
    http1Answer: http1Answer("health API"),
    log: options.log,
  }).catch((error) => {
    throw listenRefusal(error, "health server");
  });
  options.log.info(`Starting gRPC health server on ${server.address}`);
  return {
    address: server.address,
    say: (status) => state.say(status),
    stop: () => server.stop(GRACE_MS),
  };
}

/** What the health service knows, and its answers. */
class HealthState {
  readonly router: Router<Caller>;
  readonly #names: ReadonlySet<string>;
  readonly #news = new Wakeups();
  readonly #clock: Clock;
  #status: "SERVING" | "NOT_SERVING" = "NOT_SERVING";

  constructor({ services, clock, log }: HealthOptions) {
    // The empty name means the program as a whole.
    this.#names = new Set(["", ...services]);
    this.#clock = clock;
    this.router = new Router<Caller>({
      guard: openGuard({ log }),
      log,
      routes: [
        route(health.Check, ({ service }) => this.#check(service)),
        route(health.Watch, ({ service }, { signal }) => this.#watch(service, signal)),
        route(health.List, () => Promise.resolve({ statuses: this.#all() })),
      ],
    });
  }

  say(status: "SERVING" | "NOT_SERVING"): void {
    this.#status = status;
    this.#news.notify("status");
  }

  #check(service: string): Promise<{ status: ServingStatus }> {
    if (this.#names.has(service)) return Promise.resolve({ status: this.#status });
    const names = [...this.#names].filter(Boolean).join(", ");
    return Promise.reject(
      new RpcError("NOT_FOUND", `There is no service "${service}" here, only ${names || "the program"}`),
    );
  }

  async *#watch(service: string, signal: AbortSignal): AsyncGenerator<{ status: ServingStatus }> {
    const known = this.#names.has(service);
    const watch = this.#news.watch(["status"]);
    try {
      let told: ServingStatus | undefined;
      while (!signal.aborted) {
        const status = known ? this.#status : "SERVICE_UNKNOWN";
        if (status !== told) yield { status };
        told = status;
        await watch.next({ ms: LOOK_MS, clock: this.#clock, signal });
      }
    } finally {
      watch.end();
    }
  }

  #all(): Record<string, { status: ServingStatus }> {
    return Object.fromEntries([...this.#names].map((name) => [name, { status: this.#status }]));
  }
}
