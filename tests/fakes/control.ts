import { Metadata } from "../../core/rpc/metadata.ts";
import { MemoryTransport } from "../../core/rpc/memory_transport.ts";
import { RpcError } from "../../core/rpc/status.ts";
import type { IncomingCall, OutgoingReply, Transport } from "../../core/rpc/transport.ts";
import { control } from "../../core/wire/methods.ts";
import type { Init, Services } from "../../proto/mod.ts";
import type { FakeClock } from "./clock.ts";

type Control = Services["flwr.proto.Control"];

/** What a {@link fakeControl} answers, method by method; a stream is a list. */
export type ControlAnswers = {
  readonly [Name in keyof Control]?: (
    request: Control[Name]["request"],
  ) => Control[Name]["stream"] extends true ? readonly Init<Control[Name]["response"]>[]
    : Init<Control[Name]["response"]> | Promise<Init<Control[Name]["response"]>>;
};

/** A SuperLink for the command line that answers as told, and says of everything else that it has no such method. */
export function fakeControl(clock: FakeClock, answers: ControlAnswers): Transport {
  return new MemoryTransport({ dispatch: (call) => answer(call, answers) }, { clock });
}

async function answer({ path, request }: IncomingCall, answers: ControlAnswers): Promise<OutgoingReply> {
  const name = path.slice(path.lastIndexOf("/") + 1) as keyof Control;
  const told = answers[name];
  if (!told) throw new RpcError("UNIMPLEMENTED", "SuperLink does not support federation management.");
  const method = control[name];
  // deno-lint-ignore no-explicit-any -- the name ties the answer to the method's messages
  const reply: any = await told(method.decodeRequest(request) as any);
  // deno-lint-ignore no-explicit-any -- as above
  const encoded = (message: any) => method.encodeResponse(message);
  const headers = new Metadata();
  if (!method.streaming) return { headers, body: encoded(reply) };
  return { headers, body: ReadableStream.from<Uint8Array>(reply.map(encoded)) };
}
