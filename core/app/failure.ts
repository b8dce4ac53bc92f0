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
  return stack === undefined ? failure : { ...failure, stack: textOf(stack) };
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
