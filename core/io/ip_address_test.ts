import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { isIP } from "node:net";
import { isIpAddress } from "./ip_address.ts";

Deno.test("an IP address is what node:net takes for one", () => {
  const cases = [
    ...[
      "",
      "0",
      "1.2.3",
      "1.2.3.4",
      "01.2.3.4",
      "256.1.1.1",
      "1.2.3.4.5",
      "1.2.3.4 ",
      "localhost",
      "::",
      "::1",
    ],
    ...[
      "[::1]",
      "::1]",
      "fe80::1%lo",
      "fe80::1%",
      "1::2::3",
      "::ffff:1.2.3.4",
      "::ffff:1.2.3",
      "12345::",
      "a.b",
      ":",
    ],
    ...[
      "::1/64",
      "::1?",
      "::1#",
      "1.2.3.4:80",
      "0x1.2.3.4",
      "1:2:3:4:5:6:7:8",
      "1:2:3:4:5:6:7:8:9",
      "1:2:3:4:5:6:7::",
    ],
  ];
  for (const text of cases) assertEquals([text, isIpAddress(text)], [text, isIP(text) !== 0]);
  const any = fc.oneof(
    fc.ipV4(),
    fc.ipV6(),
    fc.string(),
    fc.stringMatching(/^[0-9a-f:.]{1,20}$/),
    fc.domain(),
  );
  fc.assert(fc.property(any, (text) => isIpAddress(text) === (isIP(text) !== 0)));
});
