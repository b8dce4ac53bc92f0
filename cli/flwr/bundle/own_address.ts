import { posix } from "node:path";

/**
 * A module of the app that still finds what lies beside it, although it runs inside a bundle: what it takes for its own
 * address is written out from that of the bundle.
 * @param text TypeScript or JavaScript
 * @param path the module's path from the folder of the bundle, with `/`
 */
export function withOwnAddress(text: string, path: string): string {
  const address = `new URL(${JSON.stringify(`./${path}`)}, import.meta.url)`;
  const inner = posix.dirname(path) === "." ? "" : `/${posix.dirname(path)}`;
  const meant: Record<string, string> = {
    url: `(${address}.href)`,
    dirname: `(import.meta.dirname + ${JSON.stringify(inner)})`,
    filename: `(import.meta.dirname + ${JSON.stringify(`/${path}`)})`,
  };
  return text.replace(/\bimport\.meta\.(url|dirname|filename)\b/g, (_all, name) => meant[name]);
}
