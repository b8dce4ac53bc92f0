/** Something that was thrown, in a form that can leave a Worker. */
export interface Failure {
  /** Name of the error's class. */
  readonly type: string;
  readonly message: string;
  /** Where it happened, for the log of whoever wrote the app. */
  readonly stack?: string;
}

/** What is known about anything that may have been thrown. */
export function failureOf(thrown: unknown): Failure {
  if (!(thrown instanceof Error)) return { type: typeof thrown, message: textOf(thrown) };
  const type = thrown.name || thrown.constructor.name;
  return { type, message: textOf(thrown.message), stack: thrown.stack };
}

/** A failure as an app's thread tells it, where the app may say anything. */
export function failureFrom(told: unknown): Failure {
  const { type = "Error", message = "", stack } = Object(told) as Record<string, unknown>;
  const failure = { type: textOf(type), message: textOf(message) };
  const said = refusalIn(failure);
  if (stack === undefined) return { ...failure, message: said };
  return { ...failure, message: said, stack: textOf(stack).replace(failure.message, () => said) };
}

/** What an app can be granted, by the kind that Deno names, and the daemons' flag for it. */
const GRANTS: Readonly<Record<string, string>> = {
  read: "--allow-app-read",
  write: "--allow-app-write",
  net: "--allow-app-net",
};

/** A refusal in words that lead somewhere: whoever reads them did not start the process, nor choose its flags. */
function refusalIn({ type, message }: Failure): string {
  const [, what, kind] = /^(Requires (\w+) access(?: to ".*")?), /.exec(message) ?? [];
  if (type === "NotCapable" && what !== undefined) {
    const grant = GRANTS[kind];
    const whose = grant === undefined
      ? "no app is given"
      : `the operator of this daemon grants with ${grant}`;
    return `${what}, which ${whose}`;
  }
  if (type !== "PermissionDenied" || /fence/.test(message)) return message;
  return `${message} (the fence around apps refused it, or the system: see --allow-app-read and its like)`;
}

/** The reason text of an error reply, in the words in which Flower's log readers search. */
export function reasonOf({ type, message }: Failure): string {
  return `<class '${type}'>:<'${message}'>`;
}

function textOf(value: unknown): string {
  try {
    return String(value);
  } catch {
    return "(no text)";
  }
}
