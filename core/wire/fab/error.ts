/** Why an app cannot be built, read or run: one or more sentences for the person who wrote it. */
export class FabError extends Error {
  override name = "FabError";
}

/** The bytes are no archive at all. */
export class NoArchiveError extends FabError {}
