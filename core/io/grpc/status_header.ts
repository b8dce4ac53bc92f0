import { RpcError, Status, type StatusName } from "../../rpc/status.ts";

/** The trailers that say how a call ended. */
export function statusHeaders(outcome: "OK" | RpcError): Record<string, string> {
  if (outcome === "OK") return { "grpc-status": "0" };
  return { "grpc-status": String(Status[outcome.code]), "grpc-message": percentEncode(outcome.details) };
}

/** How a call ended according to its trailers; undefined when they do not say. */
export function statusFromHeaders(headers: Readonly<Record<string, unknown>>): "OK" | RpcError | undefined {
  const number = headers["grpc-status"];
  if (number === undefined) return undefined;
  const message = headers["grpc-message"];
  const details = message === undefined ? "" : percentDecode(String(message));
  const code = (Object.keys(Status) as StatusName[]).find((name) => String(Status[name]) === String(number));
  return code === "OK" ? "OK" : new RpcError(code ?? "UNKNOWN", details);
}

const STATUS_OF_HTTP: Record<number, StatusName> = {
  400: "INTERNAL",
  401: "UNAUTHENTICATED",
  403: "PERMISSION_DENIED",
  404: "UNIMPLEMENTED",
  429: "UNAVAILABLE",
  502: "UNAVAILABLE",
  503: "UNAVAILABLE",
  504: "UNAVAILABLE",
};

/** What an answer without a gRPC status means, as gRPC defines it. */
export function statusFromHttp(httpStatus: number): RpcError {
  const code = STATUS_OF_HTTP[httpStatus] ?? "UNKNOWN";
  return new RpcError(code, `Received HTTP status ${httpStatus} instead of a gRPC reply`);
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Text as gRPC writes it into a header: printable ASCII but `%` as it is, every other byte of its UTF-8 as `%XX`. */
export function percentEncode(text: string): string {
  let encoded = "";
  for (const byte of encoder.encode(text)) {
    const plain = byte >= 0x20 && byte <= 0x7e && byte !== 0x25;
    encoded += plain ? String.fromCharCode(byte) : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
  }
  return encoded;
}

/** The text of a header written by {@link percentEncode}; what is no escape stays as it is. */
export function percentDecode(header: string): string {
  const bytes: number[] = [];
  for (let at = 0; at < header.length; at++) {
    const escape = /^%([0-9A-Fa-f]{2})$/.exec(header.slice(at, at + 3));
    if (escape) at += 2;
    if (escape) bytes.push(parseInt(escape[1], 16));
    else bytes.push(...encoder.encode(header[at]));
  }
  return decoder.decode(new Uint8Array(bytes));
}
