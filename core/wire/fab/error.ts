/** Why an app cannot be built, read or run: one or more sentences for the person who wrote it. */
export class FabError extends Error {
  override name = "FabError";
}

/** The bytes are no archive at all. */
export class NoArchiveError extends FabError {}

/** The archive is larger than Flower accepts. */
export class FabTooLargeError extends FabError {
  /** @param sizeBytes the archive's size */
  constructor(readonly sizeBytes: number, message: string) {
    super(message);
  }
}
