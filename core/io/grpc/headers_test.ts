import { assertEquals } from "@std/assert";
import { Metadata } from "../../rpc/metadata.ts";
import { headersFromMetadata, metadataFromHeaders, metadataFromRaw } from "./headers.ts";

Deno.test("headers of a request: duplicates stay apart, bytes are decoded, the transport's own are left out", () => {
  const metadata = metadataFromRaw([
    ...[":path", "/a/b", "te", "trailers", "grpc-timeout", "1S", "content-type", "application/grpc"],
    ...["flwr-timestamp", "one, still one", "Flwr-Timestamp", "two", "key-bin", "AQID,AQ==", "key-bin", "Ag"],
  ]);
  assertEquals(metadata.texts("flwr-timestamp"), ["one, still one", "two"]);
  assertEquals(metadata.binaries("key-bin").map((bytes) => [...bytes]), [[1, 2, 3], [1], [2]]);
  assertEquals([...metadata].length, 5);
});

Deno.test("metadata as headers: several values as a list, bytes without padding, reserved names left out", () => {
  const metadata = new Metadata([["a", "1"], ["b", "2"], ["a", "3"], ["c-bin", new Uint8Array([255])]]);
  metadata.append("grpc-status", "0").append("content-type", "text/html");
  const headers = headersFromMetadata(metadata);
  assertEquals(headers, { a: ["1", "3"], b: "2", "c-bin": "/w" });
  const back = metadataFromHeaders({ ":status": "200", date: "now", ...headers });
  assertEquals([back.texts("a"), back.text("b"), [...back.binaries("c-bin")[0]]], [["1", "3"], "2", [255]]);
  assertEquals([...back].length, 4);
});
