/** The rows and columns of the matrix, in the words of its tables. */

/** A row of the mixes: who made which part. */
export interface Mix {
  readonly row: string;
  readonly superlink: string;
  readonly supernode: string;
  /** Who made the SuperExecs and the app processes. */
  readonly superexec: string;
  readonly cli: string;
}

/** Releases whose SuperNodes take part in one run together. */
export const RELEASES = ["1.26.1", "1.28.0", "1.30.0", "1.33.0", "1.34.0", "1.36.0", "1.39.0"] as const;

/** The row in which they do. */
export const RELEASES_ROW = "6";

/** All mixes, in order. */
export const MIXES = [
  { row: "1", superlink: "ours", supernode: "official", superexec: "official", cli: "ours" },
  { row: "2", superlink: "ours", supernode: "ours", superexec: "ours", cli: "both" },
  { row: "3", superlink: "official", supernode: "ours", superexec: "ours", cli: "both" },
  {
    row: "4",
    superlink: "ours",
    supernode: "both in one run",
    superexec: "both, one app in two languages",
    cli: "ours",
  },
  {
    row: "5",
    superlink: "ours",
    supernode: "both in one run",
    superexec: "apart: official at ours, ours at theirs",
    cli: "official",
  },
  {
    row: "5 TypeScript",
    superlink: "official",
    supernode: "official",
    superexec: "apart: ours, for TypeScript apps",
    cli: "ours",
  },
  {
    row: RELEASES_ROW,
    superlink: "ours",
    supernode: `official ${RELEASES.join(", ")} in one run`,
    superexec: "each its own",
    cli: "ours",
  },
] as const satisfies Mix[];

/** The name of a row of {@link MIXES}. */
export type MixRow = typeof MIXES[number]["row"];

/** The columns of the mixes: how far the parts trust the network. */
export const MIX_COLUMNS = { plain: "plain", tls: "TLS", auth: "TLS, node keys" } as const;

/** Python apps, and what they are about. */
export const APPS = {
  messages: "every kind of record and message type, 20 MB records, state, expiry, errors, a crash",
  raises: "a ServerApp or a ClientApp that raises",
  strategies: "the 18 strategies of the official package, compared with a rehearsal in one process",
  classic: "NumPyClient and server_fn, and SecAgg+ over them",
  records: "5,000 small records in a message",
  large: "a model of 300 MB",
} as const;

/** The name of an app of {@link APPS}. */
export type AppRow = keyof typeof APPS;

/** The columns of the apps: whose hands they are in. */
export const APP_COLUMNS = ["our SuperLink", "our SuperNodes", "both ours"] as const;

/** The name of one of {@link APP_COLUMNS}. */
export type AppColumn = typeof APP_COLUMNS[number];
