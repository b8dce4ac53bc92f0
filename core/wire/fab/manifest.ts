import { createHash } from "node:crypto";
import { FabError } from "./error.ts";

/** Where a FAB lists its files. */
export const MANIFEST_PATH = ".info/CONTENT";

/** Lower-case hex SHA-256. */
export function sha256Hex(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** The list of files: path, SHA-256 and size in bits, a line each, without a last line end. */
export function writeManifest(files: readonly (readonly [string, Uint8Array])[]): string {
  return files.map(([path, content]) => `${path},${sha256Hex(content)},${content.length * 8}`).join("\n");
}

/** Checks files against the list they came with. @throws {FabError} when it is missing or does not fit */
export function checkManifest(files: ReadonlyMap<string, Uint8Array>) {
  const manifest = files.get(MANIFEST_PATH);
  if (!manifest) throw new FabError("FAB file has incorrect format.");
  for (const line of new TextDecoder().decode(manifest).split("\n")) {
    if (line === "") continue;
    const [path, hash, ...rest] = line.split(",");
    const content = files.get(path);
    if (rest.length !== 1 || !content || sha256Hex(content) !== hash) {
      throw new FabError(
        `File hashes couldn't be verified. "${path}" is missing from the FAB or was changed.`,
      );
    }
  }
}
