import { versionHeaders } from "../../core/auth/version.ts";
import { taskToken } from "../../core/auth/task_token.ts";
import type { AppHost } from "../../core/app/host.ts";
import type { AppIoMethods } from "../../core/app/rpc_link.ts";
import { TaskSession } from "../../core/app/task_session.ts";
import { consoleLog } from "../../core/io/log.ts";
import type { AppPlugin } from "../../core/io/ports.ts";
import { RpcClient } from "../../core/rpc/client.ts";
import type { Transport } from "../../core/rpc/transport.ts";
import { type FlagValues, text, textOr, texts, toggle, UsageError } from "../config/flags.ts";
import { readClientTls } from "../config/client_tls.ts";
import { addressFrom } from "../config/listen_address.ts";
import { type ConnectTarget, type Env, resolvePath } from "../env.ts";
import { mayColour, UserError } from "../output.ts";
import { appsFolder, runsFolder } from "./app_permissions.ts";
import { AppStage } from "./app_stage.ts";
import type { ThreadGrants } from "./app_thread.ts";

const TASK = "The task";
const APPIO = "The SuperLink or SuperNode that it works for";
const GRANTS = "What the app may do";

/** The flags that both app processes have; Flower's words but for the grants. */
export const appProcessFlags = {
  insecure: toggle({ group: APPIO, help: "Connect without TLS" }),
  "root-certificates": text({ placeholder: "PATH", group: APPIO, help: "CA certificate of the AppIo API" }),
  token: text({
    placeholder: "TOKEN",
    group: TASK,
    help: "The task's token. Others on this machine can see it: use --token-file",
  }),
  "token-file": text({
    placeholder: "PATH",
    group: TASK,
    help: "A file with the task's token; - reads a token from each line of standard input until that ends",
  }),
  "parent-pid": text({ placeholder: "PID", group: TASK, help: "End when this process is gone" }),
  "allow-runtime-dependency-installation": toggle({
    group: GRANTS,
    help: "Accepted for the sake of those who start Python apps: a TypeScript app has nothing to install",
  }),
  "allow-app-read": texts({
    placeholder: "PATH",
    group: GRANTS,
    help: "A file or folder that the app may read beside its own",
  }),
  "allow-app-write": texts({
    placeholder: "PATH",
    group: GRANTS,
    help: "A file or folder that the app may change",
  }),
  "allow-app-net": texts({
    placeholder: "HOST[:PORT]",
    group: GRANTS,
    help: "A host that the app may connect to",
  }),
  "is-fenced": toggle({ help: "", hidden: true }),
  "allow-unconfined-apps": toggle({
    group: GRANTS,
    help: "Where there is no fence, run the app without a compartment: nothing confines it",
  }),
};

/** The flag that says where the AppIo service is. */
export const addressFlag = (fallback: string) =>
  textOr(fallback, { placeholder: "HOST:PORT", group: APPIO, help: "Address of its AppIo API" });

/** The command line by which a SuperExec starts an app process. */
export function appExample(addressFlagName: string, address: string) {
  const line =
    `$ --token-file token --${addressFlagName} ${address} \\\n--root-certificates certificates/ca.crt`;
  return [{ for: "As a SuperExec does it", line }];
}

/** The values of {@link appProcessFlags}. */
export type AppProcessFlags = FlagValues<typeof appProcessFlags>;

/** Where to connect. @throws {UserError} for an address or certificate that cannot be used */
export async function appIoTarget(
  env: Env,
  { flags, address, flag }: { flags: AppProcessFlags; address: string; flag: string },
): Promise<ConnectTarget> {
  addressFrom(address, flag);
  const { insecure, rootCertificates } = await readClientTls(flags, env);
  return { address, tls: insecure ? "insecure" : { rootCertificates } };
}

/** Whose end is the end of this process. @throws {UsageError} when it is no process id */
export function parentPidOf({ "parent-pid": typed }: AppProcessFlags): number | undefined {
  if (typed === undefined) return undefined;
  if (/^[1-9]\d{0,9}$/.test(typed)) return Number(typed);
  throw new UsageError(`Cannot use --parent-pid ${typed}: it must be the id of a process`);
}

/** Whether tokens come one after the other, until there are no more. */
export function takesMany({ "token-file": file }: AppProcessFlags): boolean {
  return file === "-";
}

/** The tokens of the tasks to do, each as soon as it is known. @throws {UserError} when none can be had */
export async function* tokensFrom(env: Env, flags: AppProcessFlags): AsyncGenerator<string> {
  const { token, "token-file": file } = flags;
  if ((token === undefined) === (file === undefined)) {
    throw new UsageError("Cannot start without exactly one of --token and --token-file");
  }
  if (takesMany(flags)) {
    for await (const line of env.stdinLines()) if (line.trim() !== "") yield line.trim();
    return;
  }
  const found = (token ?? await readToken(env, file!)).trim();
  if (found === "") throw new UserError(`Cannot start the task as its token is empty`);
  yield found;
}

async function readToken(env: Env, file: string): Promise<string> {
  try {
    return await env.files.readText(resolvePath(env, file));
  } catch (error) {
    throw new UserError(`Cannot read --token-file ${file}: ${messageOf(error)}`);
  }
}

/**
 * Whether apps are to run in a compartment: a compiled program by itself cannot confine them, for it lets them import any
 * file that they can name. Says so where the operator wants nothing to hold them.
 */
export function needsCompartment(
  env: Env,
  { allowed, fenced, standalone }: { allowed: boolean; fenced: boolean; standalone: boolean },
): boolean {
  if (!standalone || fenced) return false;
  if (allowed) {
    processLog(env).warn("This TypeScript app is not confined: it can read any file that this user can read");
  }
  return !allowed;
}

/** Where the process's apps run. @param runs the runs' folder, the usual one unless given */
export function appStage(env: Env, flags: AppProcessFlags, runs = runsFolder(env)): AppStage {
  const inCompartment = needsCompartment(env, {
    allowed: flags["allow-unconfined-apps"],
    fenced: flags["is-fenced"],
    standalone: Deno.build.standalone,
  });
  return new AppStage({ apps: appsFolder(env), runs }, { grants: threadGrants(env, flags), inCompartment });
}

/** The folders and hosts that the operator grants to apps. */
function threadGrants(env: Env, flags: AppProcessFlags): ThreadGrants {
  const paths = (given: readonly string[]) => given.map((path) => resolvePath(env, path));
  return {
    read: paths(flags["allow-app-read"]),
    write: paths(flags["allow-app-write"]),
    net: flags["allow-app-net"],
  };
}

/** What the process itself says goes to standard error. */
export function processLog(env: Env) {
  return consoleLog({ colour: mayColour(env, "stderr"), write: (line) => env.stderr(line) });
}

/** A task as this process works on it. */
export function taskSession(
  { env, transport }: { env: Env; transport: Transport },
  task: { plugin: AppPlugin; methods: AppIoMethods; token: string },
): TaskSession {
  const { clock, random } = env;
  const client = new RpcClient(transport, {
    credentials: [versionHeaders(`flwr-${task.plugin}`), taskToken(task.token)],
    retry: {},
    clock,
    random,
    log: processLog(env),
  });
  return new TaskSession({ client, methods: task.methods, clock, random });
}

/** What tasks are done with in this process. */
export function hostOf(env: Env): AppHost {
  return { clock: env.clock, random: env.random, log: processLog(env) };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
