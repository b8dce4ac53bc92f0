/** One-use secrets on disk, for programs that can be told them in no better way. */
export class TokenFiles {
  /** @param folder existing folder that only this user may enter */
  constructor(readonly folder: string) {}

  /** Writes the token to a file that only this user may read; the caller removes it when it is no longer needed. */
  write(token: string): { readonly path: string; remove(): void } {
    const path = `${this.folder}/token-${crypto.randomUUID()}`;
    Deno.writeTextFileSync(path, token, { createNew: true, mode: 0o600 });
    return { path, remove: () => removeIfThere(path) };
  }
}

function removeIfThere(path: string): void {
  try {
    Deno.removeSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
