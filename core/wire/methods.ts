import {
  decode,
  encode,
  type Init,
  type MessageName,
  methods,
  type ServiceName,
  type Services,
} from "../../proto/mod.ts";

/**
 * One remote procedure with the types of its two messages. It has the shape of `core/rpc`'s `Method`, which this
 * layer may not import.
 */
export interface WireMethod<
  Request,
  Response,
  RequestInit,
  ResponseInit,
  Streaming extends boolean = boolean,
> {
  /** `/package.Service/Name`. */
  readonly path: string;
  /** `package.Service`. */
  readonly service: string;
  readonly name: string;
  /** Whether the reply is a stream of messages. */
  readonly streaming: Streaming;
  decodeRequest(bytes: Uint8Array): Request;
  encodeRequest(request: RequestInit): Uint8Array;
  decodeResponse(bytes: Uint8Array): Response;
  encodeResponse(response: ResponseInit): Uint8Array;
}

interface Signature {
  request: unknown;
  response: unknown;
  stream: boolean;
}

type MethodOf<S> = S extends Signature
  ? WireMethod<S["request"], S["response"], Init<S["request"]>, Init<S["response"]>, S["stream"]>
  : never;

/** The methods of one service by their names. */
export type MethodTable<S extends ServiceName> = {
  readonly [Name in keyof Services[S]]: MethodOf<Services[S][Name]>;
};

/** What a SuperNode asks its SuperLink. */
export const fleet: MethodTable<"flwr.proto.Fleet"> = tableOf("flwr.proto.Fleet");
/** What app processes and a SuperExec ask a SuperLink. */
export const serverAppIo: MethodTable<"flwr.proto.ServerAppIo"> = tableOf("flwr.proto.ServerAppIo");
/** What app processes and a SuperExec ask a SuperNode. */
export const clientAppIo: MethodTable<"flwr.proto.ClientAppIo"> = tableOf("flwr.proto.ClientAppIo");
/** What the command line asks a SuperLink. */
export const control: MethodTable<"flwr.proto.Control"> = tableOf("flwr.proto.Control");

/** Any method of the contract. */
// deno-lint-ignore no-explicit-any -- a list of methods mixes every message type
export type AnyWireMethod = WireMethod<any, any, any, any>;

/** Every method of a table, in the order of the contract. */
export function allOf(table: object): AnyWireMethod[] {
  return Object.values(table);
}

function tableOf<S extends ServiceName>(service: S): MethodTable<S> {
  const entries = methods(service).map(({ name, path, requestType, responseType, responseStream }) => [name, {
    path,
    service,
    name,
    streaming: responseStream,
    ...codecOf("Request", requestType),
    ...codecOf("Response", responseType),
  }]);
  return Object.fromEntries(entries) as MethodTable<S>;
}

function codecOf(part: "Request" | "Response", type: MessageName) {
  return {
    [`decode${part}`]: (bytes: Uint8Array) => decode(type, bytes),
    [`encode${part}`]: (message: Record<string, never>) => encode(type, message),
  };
}
