import { mainModule } from "./daemon/app_permissions.ts";
import type { Env } from "./env.ts";
import { UserError } from "./output.ts";

/** A process that goes on when this one ends. */
export interface Detached {
  /** Resolves with its status if it ends while somebody listens. */
  readonly ended: Promise<number>;
  /** Ends it. */
  stop(): void;
}

/**
 * Starts this very program again in a role, in a session of its own: no Ctrl-C reaches it, and it says nothing here.
 * @param words the role and its flags
 * @throws {UserError} when the role could not begin with them, or no program may be started
 */
export async function startDetached(words: readonly string[], env: Env): Promise<Detached> {
  const args = Deno.build.standalone ? words : [...await fromSource(words, env), ...words];
  try {
    const child = new Deno.Command(Deno.execPath(), {
      args: [...args],
      stdin: "null",
      stdout: "null",
      stderr: "null",
      // Whatever folder this process stands in may go while the other one goes on.
      cwd: Deno.build.os === "windows" ? undefined : "/",
      detached: true,
    }).spawn();
    child.unref();
    return { ended: child.status.then(({ code }) => code), stop: () => end(child) };
  } catch (error) {
    if (!(error instanceof Deno.errors.NotCapable)) throw error;
    throw new UserError("Cannot start a SuperLink on this machine as this program may start no other", {
      hint: `Give Deno --allow-run, or start it by hand: corolla ${words.join(" ")}`,
    });
  }
}

/** Deno's part of the command line: exactly the permissions that the role needs. */
async function fromSource([role, ...rest]: readonly string[], env: Env): Promise<string[]> {
  const { permissionFlags } = await import("./tools/permissions.ts");
  // What it would say about its command line is for its own log.
  const flags = await permissionFlags(role, rest, { ...env, stderr: () => {} });
  return ["run", "--quiet", "--cached-only", "--no-prompt", ...flags, mainModule()];
}

function end(child: Deno.ChildProcess): void {
  try {
    child.kill("SIGTERM");
  } catch (error) {
    // It has ended by itself.
    if (!(error instanceof TypeError)) throw error;
  }
}
