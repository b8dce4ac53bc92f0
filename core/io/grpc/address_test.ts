import { assertEquals, assertThrows } from "@std/assert";
import { formatAddress, parseAddress } from "./address.ts";

Deno.test("addresses are read, and written as they were", () => {
  for (
    const [address, host, port] of [
      ["127.0.0.1:9092", "127.0.0.1", 9092],
      ["localhost:0", "localhost", 0],
      ["superlink.example.org:65535", "superlink.example.org", 65535],
      ["[::1]:9092", "::1", 9092],
      ["[fe80::1%eth0]:80", "fe80::1%eth0", 80],
    ] as const
  ) {
    assertEquals(parseAddress(address), { host, port });
    assertEquals(formatAddress({ host, port }), address);
  }
});

Deno.test("what is no address is refused with an example", () => {
  for (
    const address of [
      "",
      "localhost",
      ":9092",
      "localhost:",
      "::1:9092",
      "[::1]",
      "h:65536",
      "h:-1",
      "h:1x",
      "a b:1",
    ]
  ) {
    assertThrows(
      () => parseAddress(address),
      TypeError,
      `Cannot use "${address}" as an address: expected host:port`,
    );
  }
});
