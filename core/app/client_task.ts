import type { Clock } from "../io/ports.ts";
import { envelopeOf, type Message, MessageMetadata } from "../model/app_message.ts";
import { ErrorCode } from "../model/message.ts";
import type { RecordDict } from "../model/record/record_dict.ts";
import { remainingTtl, replyMetadata } from "../model/reply.ts";
import { deflateMessage } from "../wire/deflate.ts";
import { inflateMessage } from "../wire/inflate.ts";
import { ComponentError, parseComponent } from "./component.ts";
import { failureOf, reasonOf } from "./failure.ts";
import type { AppLink } from "./link.ts";
import { logLine } from "./log_line.ts";
import {
  buffersOf,
  fromPlainMessage,
  fromPlainRecords,
  type PlainMessage,
  toPlainContext,
  toPlainMessage,
} from "./plain_message.ts";
import type { TaskEnd, TaskOptions } from "./server_task.ts";
import { moduleUrl } from "./stage.ts";
import { isTaskOver, type TaskInput, type TaskOutput } from "./task_session.ts";
import { inThread, ThreadFailedError } from "./thread_peer.ts";
import { uploadMessages } from "./upload.ts";
import type { AppFailure, AppOutcome } from "./worker_protocol.ts";

/** What a ClientApp task is done with. */
export interface ClientTaskOptions extends TaskOptions {
  /** Where the app's output goes. */
  readonly print: (text: string) => void;
}

/**
 * Has a ClientApp answer the message of its task, and reports the task's end. Whatever goes wrong with the app, its
 * message is answered.
 * @throws {RpcError} when the SuperNode cannot be told
 */
export async function runClientTask(options: ClientTaskOptions): Promise<TaskEnd> {
  const { session, signal } = options;
  const over = new AbortController();
  try {
    const input = await session.pullInput(signal);
    session.keepAlive(over.signal).catch((error) => over.abort(error));
    const output = await answered(input, { ...options, signal: AbortSignal.any([signal, over.signal]) });
    await session.pushOutput(output);
    return output.subStatus;
  } catch (error) {
    if (isTaskOver(error) || signal.aborted) return "stopped";
    throw error;
  } finally {
    over.abort();
  }
}

/** Takes the message, has it answered, and sends the answer. */
async function answered(input: TaskInput, options: ClientTaskOptions): Promise<TaskOutput> {
  const { session, host, signal, print } = options;
  const link = session.link(input);
  const instruction = await received(link, signal);
  const { failure, reply, state } = await answerOf(instruction, { input, options });
  if (failure) {
    print(logLine("ERROR", `ClientApp failed: ${failure.stack ?? `${failure.type}: ${failure.message}`}`));
  }
  const answer = reply ??
    instruction.replyError(codeOf(failure!), reasonOf(failure!), { createdAt: host.clock.now() / 1000 });
  await send(answer, { link, signal });
  return {
    subStatus: failure ? "failed" : "completed",
    details: failure ? reasonOf(failure) : "",
    context: { ...input.context, state },
  };
}

async function received(link: AppLink, signal: AbortSignal): Promise<Message> {
  const [{ envelope, tree }] = await link.pullMessages([], { holdMs: 0, signal });
  const get = (id: string) => link.pullObject(id, signal);
  const message = await inflateMessage(tree.objectId, get, { envelope });
  await link.confirm(tree.objectId, signal);
  return message;
}

interface Work {
  readonly input: TaskInput;
  readonly options: ClientTaskOptions;
}

/** What came of a message: a reply or a failure. */
interface Answer {
  readonly failure?: AppFailure;
  readonly reply?: Message;
  /** As the app left it. */
  readonly state: RecordDict;
}

/** What the app makes of the message. Every failure is an answer; only the end of the task is thrown. */
async function answerOf(instruction: Message, work: Work): Promise<Answer> {
  const { state } = work.input.context;
  let stage: "load" | "run" = "load";
  try {
    const outcome = await runApp(instruction, work);
    stage = "run";
    const { failure } = outcome;
    if (failure) return { failure, state: fromPlainRecords(outcome.state) };
    if (!outcome.reply) throw new TypeError("The app's thread ended without a reply");
    return { reply: replyTo(instruction, outcome.reply), state: fromPlainRecords(outcome.state) };
  } catch (error) {
    if (isTaskOver(error) || work.options.signal.aborted) throw error;
    const failure: AppFailure = error instanceof ThreadFailedError
      ? { ...error.failure, stage: "run" }
      : { ...failureOf(error), stage };
    return { failure, state };
  }
}

async function runApp(instruction: Message, { input, options }: Work): Promise<AppOutcome> {
  const { stage, host, signal, print } = options;
  const app = await stage.install(input.fab);
  if (!app.clientapp) {
    throw new ComponentError('Cannot run the app as its pyproject.toml must name a "clientapp" component');
  }
  const { modulePath, attribute } = parseComponent(app.clientapp);
  const thread = await stage.start({ app: app.folder });
  const calls = { print: (text: string) => Promise.resolve(print(text)) };
  const message = toPlainMessage(instruction);
  const context = toPlainContext(input.context);
  const order = { moduleUrl: moduleUrl(app, modulePath), attribute, context, message };
  // The instruction's numbers are the app's from here on; its metadata is all that is still needed of it.
  using life = messageLife(instruction, host.clock);
  return await inThread(
    thread,
    { calls, signal: AbortSignal.any([signal, life.signal]) },
    (peer) => peer.call("runClientApp", order, { transfer: buffersOf(message) }),
  );
}

/** Aborted when the message expires: nobody takes a reply after that, and the node has other work to do. */
export function messageLife(
  { metadata }: Message,
  clock: Clock,
): Disposable & { readonly signal: AbortSignal } {
  const expired = new AbortController();
  const done = new AbortController();
  const leftMs = Math.max(0, remainingTtl(metadata, clock.now() / 1000) * 1000);
  const message = `the app did not answer within the ${metadata.ttl} s that its message lives`;
  clock.sleep(leftMs, done.signal).then(() => {
    if (!done.signal.aborted) expired.abort(new ThreadFailedError({ type: "TimeoutError", message }));
  });
  return { signal: expired.signal, [Symbol.dispose]: () => done.abort() };
}

/** What the app may decide of its reply is what it says and how long it lives; the rest follows from the message. */
export function replyTo({ metadata: instruction }: Message, plain: PlainMessage): Message {
  const { createdAt, ttl } = plain.metadata;
  const metadata = { ...plain.metadata, ...replyMetadata(instruction, { now: createdAt, ttl }) };
  return fromPlainMessage({ ...plain, metadata: new MessageMetadata(metadata) });
}

async function send(reply: Message, { link, signal }: { link: AppLink; signal: AbortSignal }): Promise<void> {
  const parts = deflateMessage(reply);
  const { metadata, ...rest } = envelopeOf(reply);
  const envelope = { metadata: { ...metadata, messageId: parts.messageId }, ...rest };
  const announce = () => link.pushMessages([{ envelope, tree: parts.tree }], signal);
  await uploadMessages({ link, messages: [parts], announce, signal });
}

/** The code of the error reply to a message whose app did this. */
export function codeOf({ stage }: AppFailure): number {
  return stage === "load" ? ErrorCode.LOAD_CLIENT_APP_EXCEPTION : ErrorCode.CLIENT_APP_RAISED_EXCEPTION;
}
