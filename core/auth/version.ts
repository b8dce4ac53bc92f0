import type { Credential } from "../rpc/client.ts";
import { Metadata } from "../rpc/metadata.ts";
import { RpcError } from "../rpc/status.ts";
import { type Json, writeJson } from "../wire/json.ts";

/** The release of Flower whose wire protocol is spoken. */
export const FLOWER_VERSION = "1.32.1";

/** Who speaks, in Flower's words. */
export type Component =
  | "flwr CLI"
  | "SuperLink"
  | "SuperNode"
  | "SuperExec"
  | "flwr-serverapp"
  | "flwr-clientapp";

const HEADERS = {
  packageName: "flwr-package-name",
  packageVersion: "flwr-package-version",
  component: "flwr-component-name",
} as const;

const PACKAGE_NAMES: readonly string[] = ["flwr", "flwr-nightly"];
const RUNTIME_VERSION_INCOMPATIBLE = 1001;

/** A PEP 440 version; what follows the release does not matter here. */
const PEP_440 = new RegExp(
  String.raw`^\s*v?(?:\d+!)?(?<release>\d+(?:\.\d+)*)` +
    String.raw`(?:[-_.]?(?:alpha|a|beta|b|preview|pre|c|rc)[-_.]?\d*)?` +
    String.raw`(?:-\d+|[-_.]?(?:post|rev|r)[-_.]?\d*)?` +
    String.raw`(?:[-_.]?dev[-_.]?\d*)?` +
    String.raw`(?:\+[a-z0-9]+(?:[-_.][a-z0-9]+)*)?\s*$`,
  "i",
);

/** Says with every call which release and which part is speaking. */
export function versionHeaders(component: Component): Credential {
  const entries = [
    [HEADERS.packageName, "flwr"],
    [HEADERS.packageVersion, FLOWER_VERSION],
    [HEADERS.component, component],
  ] as const;
  return () => new Metadata(entries);
}

/**
 * Refuses a peer of another release. One that says nothing of its release is let in: older ones do not.
 * @param component who refuses
 * @throws {RpcError} FAILED_PRECONDITION with JSON whose code makes official processes end with a clear message
 */
export function checkVersion(metadata: Metadata, component: Component): void {
  const problem = incompatibility(metadata, component);
  if (problem === undefined) return;
  throw new RpcError(
    "FAILED_PRECONDITION",
    writeJson(
      new Map<string, Json>([
        ["code", RUNTIME_VERSION_INCOMPATIBLE],
        ["public_message", "Runtime version compatibility check failed."],
        ["public_details", problem],
      ]),
    ),
  );
}

function incompatibility(metadata: Metadata, component: Component): string | undefined {
  const names = Object.values(HEADERS);
  if (names.every((name) => metadata.texts(name).length === 0)) return undefined;
  for (const name of names) {
    const values = metadata.texts(name);
    // Some transports hand two values over as one, with a comma between them; no honest value has one.
    if (values.length > 1 || values[0]?.includes(", ")) {
      return `Invalid Flower runtime metadata: Metadata key '${name}' has duplicate values.`;
    }
    if (!values[0]) {
      const what = values.length === 0 ? "is missing" : "has an empty value";
      return `Invalid Flower runtime metadata: Metadata key '${name}' ${what}.`;
    }
  }
  const [packageName, version, peer] = names.map((name) => metadata.text(name)!);
  if (!PACKAGE_NAMES.includes(packageName)) {
    return `Peer Flower package name is not recognized: '${packageName}'.`;
  }
  const release = majorMinor(version);
  if (release === undefined) return `Peer Flower version metadata cannot be parsed: '${version}'.`;
  if (release === majorMinor(FLOWER_VERSION)) return undefined;
  return `${component} version ${FLOWER_VERSION} detected a runtime version mismatch: expected a peer from the ` +
    `same major.minor release, but received ${peer} version ${version}.`;
}

function majorMinor(version: string): string | undefined {
  const release = PEP_440.exec(version)?.groups?.release;
  if (release === undefined) return undefined;
  const [major, minor = "0"] = release.split(".");
  return `${BigInt(major)}.${BigInt(minor)}`;
}
