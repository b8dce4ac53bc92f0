import type { Stage } from "../harness.ts";

/** One cell of the matrix. */
export interface Trial {
  readonly row: string;
  readonly column: string;
  /** Belongs to the subset that `COROLLA_INTEROP=fast` runs. */
  readonly fast: boolean;
  /** Runs only when `COROLLA_INTEROP=all` asks for it: it takes many minutes. */
  readonly rare?: boolean;
  /** Releases of the official package, beside the peer's, that are tried. */
  readonly releases?: readonly string[];
  /** Those that should be and are not here. */
  readonly missing?: readonly string[];
  run(stage: Stage): Promise<void>;
}

/** What became of a trial. */
export interface Outcome {
  readonly row: string;
  readonly column: string;
  readonly result: "passed" | "failed" | "not run";
  /** Why it was not run, or only in part. */
  readonly note?: string;
  /** Whole seconds. */
  readonly seconds?: number;
  /** Year, month, day. */
  readonly date?: string;
  readonly releases?: readonly string[];
}

/** What a run of the matrix writes. */
export interface Results {
  /** The release of the official parts, where no other is named. */
  readonly flwr: string;
  readonly outcomes: readonly Outcome[];
}

/** Which trials are meant. */
export type Subset = "fast" | "usual" | "all";

/** What `COROLLA_INTEROP` says: `usual` when it says nothing. @throws {Error} for an unknown word */
export function chosenSubset(): Subset {
  const word = Deno.env.get("COROLLA_INTEROP") || "usual";
  if (word === "fast" || word === "usual" || word === "all") return word;
  throw new Error(
    `Cannot choose trials as COROLLA_INTEROP must be fast, usual or all: current value is "${word}"`,
  );
}

/** Why a trial is not run; undefined when it is. */
export function leftOut({ fast, rare, releases, missing }: Trial, subset: Subset): string | undefined {
  if (subset === "fast" && !fast) return "not in the fast subset";
  if (rare && subset !== "all") return "asked for with COROLLA_INTEROP=all only";
  if (releases?.length === 0) return `COROLLA_PEERS names no folder with ${missing!.join(", ")}`;
  return undefined;
}
