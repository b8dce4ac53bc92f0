import type { Metadata } from "../model/message.ts";
import { ErrorCode } from "../model/message.ts";
import { decodeContext } from "../wire/context.ts";
import { errorReply } from "../wire/error_message.ts";
import { ComponentError, parseComponent } from "./component.ts";
import { type Failure, failureOf, reasonOf } from "./failure.ts";
import { logLine } from "./log_line.ts";
import type { AppLink, PushedMessages, TravellingMessage } from "./link.ts";
import { serveLink } from "./port_link.ts";
import type { TaskEnd, TaskOptions } from "./server_task.ts";
import { moduleUrl } from "./stage.ts";
import { isTaskOver, type TaskInput, type TaskOutput } from "./task_session.ts";
import { inThread, ThreadFailedError } from "./thread_peer.ts";

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
    const link = session.link(input);
    const [message] = await link.pullMessages([], { holdMs: 0, signal });
    const output = await answered(message, { input, link }, {
      ...options,
      signal: AbortSignal.any([signal, over.signal]),
    });
    await session.pushOutput(output);
    return output.subStatus;
  } catch (error) {
    if (isTaskOver(error) || signal.aborted) return "stopped";
    throw error;
  } finally {
    over.abort();
  }
}

interface Work {
  readonly input: TaskInput;
  readonly link: AppLink;
}

async function answered(
  message: TravellingMessage,
  work: Work,
  options: ClientTaskOptions,
): Promise<TaskOutput> {
  const reply = new OneReply(work.link, message.envelope.metadata);
  try {
    const outcome = await runApp(message, { ...work, link: reply }, options);
    const context = decodeContext(outcome.context);
    if (!outcome.failure) return { subStatus: "completed", details: "", context };
    tell(outcome.failure, options);
    return { subStatus: "failed", details: reasonOf(outcome.failure), context };
  } catch (error) {
    if (isTaskOver(error) || options.signal.aborted) throw error;
    const failure = error instanceof ThreadFailedError ? error.failure : failureOf(error);
    tell(failure, options);
    await answerFor(failure, { reply, work, options });
    return { subStatus: "failed", details: reasonOf(failure), context: work.input.contextData };
  }
}

async function runApp(message: TravellingMessage, { input, link }: Work, options: ClientTaskOptions) {
  const { stage, signal, print } = options;
  const app = await stage.install(input.fab);
  if (!app.clientapp) {
    throw new ComponentError('Cannot run the app as its pyproject.toml must name a "clientapp" component');
  }
  const { modulePath, attribute } = parseComponent(app.clientapp);
  const thread = await stage.start({ app: app.folder });
  const calls = { ...serveLink(link), print: (text: string) => Promise.resolve(print(text)) };
  const order = { moduleUrl: moduleUrl(app, modulePath), attribute, context: input.context, message };
  return await inThread(thread, { calls, signal }, (peer) => peer.call("runClientApp", order));
}

/** Answers in the app's place, unless it has answered. */
async function answerFor(
  failure: Failure,
  { reply, work, options }: { reply: OneReply; work: Work; options: ClientTaskOptions },
): Promise<void> {
  if (reply.sent) return;
  const error = errorReply(reply.instruction, {
    code: failure.type === "ComponentError" || failure.type === "FabError"
      ? ErrorCode.LOAD_CLIENT_APP_EXCEPTION
      : ErrorCode.CLIENT_APP_RAISED_EXCEPTION,
    reason: reasonOf(failure),
    now: options.host.clock.now() / 1000,
  });
  const { objectsToPush } = await work.link.pushMessages([error]);
  for (const id of objectsToPush) if (id === error.objectId) await work.link.pushObject(id, error.content);
}

function tell({ type, message, stack }: Failure, { print }: ClientTaskOptions): void {
  print(logLine("ERROR", `ClientApp failed: ${stack ?? `${type}: ${message}`}`));
}

/** A link over which an app can send exactly one message: the reply to the one it was given. */
class OneReply implements AppLink {
  sent = false;

  constructor(readonly link: AppLink, readonly instruction: Metadata) {}

  pushMessages(messages: readonly TravellingMessage[], signal?: AbortSignal): Promise<PushedMessages> {
    const [only] = messages;
    const { metadata } = only?.envelope ?? {};
    const fits = messages.length === 1 && metadata?.replyToMessageId === this.instruction.messageId &&
      metadata.runId === this.instruction.runId && metadata.dstNodeId === this.instruction.srcNodeId &&
      metadata.srcNodeId === this.instruction.dstNodeId;
    if (!fits || this.sent) throw new TypeError("Cannot send more than one reply, or anything but a reply");
    this.sent = true;
    return this.link.pushMessages(messages, signal);
  }

  nodeIds: AppLink["nodeIds"] = (signal) => this.link.nodeIds(signal);
  pushObject: AppLink["pushObject"] = (id, content, signal) => this.link.pushObject(id, content, signal);
  pullMessages: AppLink["pullMessages"] = () => Promise.resolve([]);
  pullObject: AppLink["pullObject"] = (id, signal) => this.link.pullObject(id, signal);
  confirm: AppLink["confirm"] = (id, signal) => this.link.confirm(id, signal);
}
