import type { AppPlugin, AppRuntime } from "../../core/io/ports.ts";
import { type ClientTlsChoice, readClientTls } from "../config/client_tls.ts";
import { type FlagValues, UsageError } from "../config/flags.ts";
import { addressFrom, optionalAddress } from "../config/listen_address.ts";
import type { Env } from "../env.ts";
import { UserError } from "../output.ts";
import type { RoleSettings } from "./role_worker.ts";
import type { superexecFlags } from "./superexec_flags.ts";
import { readSecret } from "./superexec_secret.ts";

/** All that a SuperExec's Worker needs to know. */
export interface SuperExecSettings extends RoleSettings {
  readonly appIoAddress: string;
  readonly appIoTls: ClientTlsChoice;
  readonly plugin: AppPlugin;
  readonly secret?: Uint8Array;
  readonly appRuntimeDefault: AppRuntime;
  /** Ends when this process is gone. */
  readonly parentPid?: number;
}

type Flags = FlagValues<typeof superexecFlags>;

/** Checks a SuperExec's command line. @throws {UserError} */
export async function superexecSettings(
  flags: Flags,
  env: Env,
  warn: (text: string) => void,
): Promise<SuperExecSettings> {
  const appIoAddress = flags["appio-api-address"];
  if (appIoAddress === undefined) throw new UsageError("Cannot go on without --appio-api-address");
  addressFrom(appIoAddress, "appio-api-address");
  if (flags.executor === "kubernetes") {
    throw new UserError(
      "Cannot use --executor kubernetes: corolla starts app processes on this machine only",
      {
        hint: "Leave the flag out, and run one SuperExec in each pod",
        exitCode: 402,
      },
    );
  }
  return {
    appIoAddress,
    appIoTls: await readClientTls(flags, env, warn),
    healthAddress: optionalAddress(flags["health-server-address"], "health-server-address"),
    plugin: plugin(flags["plugin-type"], warn),
    secret: await readSecret(flags["superexec-auth-secret-file"], { isolation: "process", env, warn }),
    appRuntimeDefault: flags["app-runtime"],
    parentPid: parentPid(flags["parent-pid"]),
  };
}

function plugin(typed: Flags["plugin-type"], warn: (text: string) => void): AppPlugin {
  if (typed === undefined) throw new UsageError("Cannot go on without --plugin-type");
  if (typed === "simulation") {
    warn("--plugin-type simulation is deprecated. Use serverapp instead");
    return "serverapp";
  }
  if (typed !== "serverapp-ephemeral") return typed;
  throw new UserError(
    "Cannot use --plugin-type serverapp-ephemeral: corolla runs one SuperExec for many tasks",
    {
      hint: "Use --plugin-type serverapp",
    },
  );
}

function parentPid(typed: string | undefined): number | undefined {
  if (typed === undefined) return undefined;
  if (/^[1-9]\d{0,9}$/.test(typed)) return Number(typed);
  throw new UsageError(`Cannot use --parent-pid ${typed}: it must be the id of a process`);
}
