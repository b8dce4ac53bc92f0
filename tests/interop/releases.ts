/**
 * Releases of the official package beside the peer's, and how their command lines differ.
 *
 * `COROLLA_PEERS` names a folder of environments, each under the name of the release that it holds.
 */
import { freePort } from "../fakes/free_port.ts";

/** What `COROLLA_PEER` holds. */
export const PEER_RELEASE = "1.32.1";

/** The bin folder of a release. @throws {Error} when it is not there */
export function binOf(release: string): string {
  const bin = findBin(release);
  if (bin) return bin;
  throw new Error(
    `Cannot start a part of Flower ${release}: COROLLA_PEERS must name a folder with a venv "${release}"`,
  );
}

/** Whether a release can be started. */
export function hasRelease(release: string): boolean {
  return findBin(release) !== undefined;
}

function findBin(release: string): string | undefined {
  const folder = Deno.env.get("COROLLA_PEERS");
  if (!folder) return undefined;
  const bin = `${Deno.realPathSync(folder)}/${release}/bin`;
  try {
    Deno.statSync(`${bin}/flower-supernode`);
    return bin;
  } catch {
    return undefined;
  }
}

/** The flags of a SuperNode's TLS for its apps, by prefix: none before 1.30, and renamed between 1.36 and 1.39. */
export function appIoTlsFlags(release = PEER_RELEASE): string[] {
  const minor = minorOf(release);
  if (minor < 30) return [];
  return minor < 37 ? ["appio-ssl"] : ["ssl"];
}

/** The flags of a SuperNode that choose a free port for its apps: an HTTP one since 1.35. */
export function appIoFlags(release = PEER_RELEASE): string[] {
  // Releases up to 1.26 look whether the port is taken, and take 0 for one that is.
  const port = release === PEER_RELEASE ? 0 : freePort();
  if (minorOf(release) < 35) return ["--clientappio-api-address", `127.0.0.1:${port}`];
  return ["--host", "127.0.0.1", "--port", `${port}`];
}

function minorOf(release: string): number {
  return Number(release.split(".")[1]);
}
