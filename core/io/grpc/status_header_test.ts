import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { RpcError, Status, type StatusName } from "../../rpc/status.ts";
import {
  percentDecode,
  percentEncode,
  statusFromHeaders,
  statusFromHttp,
  statusHeaders,
} from "./status_header.ts";

Deno.test("every status crosses as its number, with any text", () => {
  for (const code of Object.keys(Status) as StatusName[]) {
    if (code === "OK") continue;
    const headers = statusHeaders(new RpcError(code, "100 % of\nnö 🌼"));
    assertEquals(headers["grpc-status"], String(Status[code]));
    assertEquals(String(statusFromHeaders(headers)), String(new RpcError(code, "100 % of\nnö 🌼")));
  }
  assertEquals(statusFromHeaders(statusHeaders("OK")), "OK");
});

Deno.test("statuses that are missing or unknown", () => {
  assertEquals(statusFromHeaders({}), undefined);
  const unknown = statusFromHeaders({ "grpc-status": "99", "grpc-message": "new" });
  assertEquals(String(unknown), "RpcError: UNKNOWN: new");
  assertEquals(String(statusFromHeaders({ "grpc-status": "5" })), "RpcError: NOT_FOUND: ");
  assertEquals([400, 401, 404, 418, 503].map((status) => statusFromHttp(status).code), [
    ...["INTERNAL", "UNAUTHENTICATED", "UNIMPLEMENTED", "UNKNOWN", "UNAVAILABLE"] as const,
  ]);
});

Deno.test("percent encoding: printable ASCII stays, what is no escape is left alone", () => {
  assertEquals(percentEncode("a b~%\n é"), "a b~%25%0A %C3%A9");
  assertEquals(percentDecode("50% off, %zz, %C3%A9, %"), "50% off, %zz, é, %");
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => {
    const encoded = percentEncode(text);
    assertEquals(percentDecode(encoded), text.toWellFormed());
    assertEquals(/^[\x20-\x7e]*$/.test(encoded), true);
  }));
});
