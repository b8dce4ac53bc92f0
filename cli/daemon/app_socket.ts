import type { Caller } from "../../core/auth/caller.ts";
import type { LaunchSettings } from "../../core/io/app_command.ts";
import type { Router } from "../../core/rpc/router.ts";
import type { Listeners } from "./listeners.ts";

/** The longest path that a socket may have, with its end. */
const LONGEST_PATH_BYTES = 108;

/**
 * Where a role listens for Python apps that are given no network, behind a fence that knows all of the network or
 * none: in the role's own folder. Undefined where apps are granted connections, and where the path would be too long or
 * this program may not listen there.
 */
export function appSocketPath({ fence }: LaunchSettings, folder: string): string | undefined {
  if (fence?.kind !== "bubblewrap") return undefined;
  const { ports } = fence.plans.python.clientapp;
  if (ports === "any" || ports.length > 0) return undefined;
  const path = `${folder}/appio.sock`;
  if (new TextEncoder().encode(path).length >= LONGEST_PATH_BYTES) return undefined;
  // Without a port of its own a role's folder has another name each time, which an exact list cannot hold.
  const { state } = Deno.permissions.querySync({ name: "net", host: `unix:${path}` });
  return state === "granted" ? path : undefined;
}

/** Opens the socket. @returns its path, where there is one now */
export async function openAppSocket(
  path: string | undefined,
  { listeners, router }: { listeners: Listeners; router: Router<Caller> },
): Promise<string | undefined> {
  return path !== undefined && await listeners.openSocket(path, router) ? path : undefined;
}
