import type { RunId } from "../model/ids.ts";
import type { Failure } from "./failure.ts";
import type { PlainContext, PlainMessage, PlainRecords } from "./plain_message.ts";
import type { CarrierCalls } from "./port_carrier.ts";
import type { Handover } from "./port_peer.ts";
import type { Seed } from "./seeded_random.ts";

/** What a Worker must know to load an app. */
export interface AppOrder {
  /** URL of the module in the installed bundle. */
  readonly moduleUrl: string;
  /** The name under which the module exports the app. */
  readonly attribute: string;
  readonly context: PlainContext;
  /** What the app's chance follows from, where a run is to be repeatable. */
  readonly seed?: Seed;
}

/** The order to run a ServerApp. */
export interface ServerAppOrder extends AppOrder {
  readonly runId: RunId;
  readonly runFolder: string;
  /** The app's name, where that is known. */
  readonly appName?: string;
}

/** The order to have a ClientApp answer a message. */
export interface ClientAppOrder extends AppOrder {
  readonly message: PlainMessage;
  /** Whether the Worker answers other messages after this one, so that what the app made must stay its own too. */
  readonly workerGoesOn?: boolean;
}

/** Why an app did not do what it should. */
export interface AppFailure extends Failure {
  /** Whether the app could not be loaded, or failed at work. */
  readonly stage: "load" | "run";
}

/** How an app did. */
export interface AppOutcome {
  /** Absent when it did well. */
  readonly failure?: AppFailure;
  /** What the app left in its context. */
  readonly state: PlainRecords;
  /** A ClientApp's reply, when it did well. */
  readonly reply?: PlainMessage;
}

/** What the process asks of the Worker. */
export type WorkerCalls = {
  runServerApp(order: ServerAppOrder): Promise<AppOutcome>;
  runClientApp(order: ClientAppOrder): Promise<Handover<AppOutcome>>;
};

/** What the Worker asks of the process. */
export type ProcessCalls = CarrierCalls & {
  /** A piece of the app's output, line ends included. */
  print(text: string): Promise<void>;
  /** The app wants to end the process. */
  exited(code: number): Promise<void>;
  /** An error reached nobody: thrown in a timer, or by a promise that nobody waits for. */
  crashed(failure: Failure): Promise<void>;
};
