import { Metadata } from "../../core/rpc/metadata.ts";
import type { AnyMethod } from "../../core/rpc/method.ts";
import type { UncheckedCall } from "../../core/rpc/router.ts";

/** A call as a guard gets it: the request went through its bytes, as over a wire. */
export function uncheckedCall(
  method: AnyMethod,
  request: unknown,
  metadata: Metadata,
): UncheckedCall {
  const requestBytes = method.encodeRequest(request);
  const closed = new AbortController().signal;
  const connection = { id: "test", peerAddress: "192.0.2.1:5", secure: true, closed };
  return { method, metadata, requestBytes, request: method.decodeRequest(requestBytes), connection };
}

/** A copy of the headers in which those named have other values: none, one or several. */
export function withHeaders(
  metadata: Metadata,
  changed: Readonly<Record<string, readonly (string | Uint8Array)[]>>,
): Metadata {
  const kept = [...metadata].filter(([name]) => !(name in changed));
  const added = Object.entries(changed).flatMap(([name, values]) =>
    values.map((value) => [name, value] as const)
  );
  return new Metadata([...kept, ...added]);
}
