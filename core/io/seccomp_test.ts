import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { seccompFilter } from "./seccomp.ts";

interface Call {
  readonly arch: number;
  readonly number: number;
  readonly words?: readonly number[];
}

const ALLOW = 0x7fff0000;
const KILL = 0x80000000;
const error = (code: number) => 0x00050000 | code;
const [X86, ARM] = [0xc000003e, 0xc00000b7];

/** What the kernel would do with a call: a small machine for the filter's instructions. */
function verdict(filter: Uint8Array, { arch, number, words = [] }: Call): number {
  const view = new DataView(filter.buffer);
  const data: Record<number, number> = { 0: number, 4: arch };
  for (let index = 0; index < 6; index++) data[16 + 8 * index] = words[index] ?? 0;
  let accumulator = 0;
  for (let at = 0, steps = 0;; at++, steps++) {
    assert(at * 8 < filter.length && steps < 4096, "the filter has an end");
    const [code, value] = [view.getUint16(at * 8, true), view.getUint32(at * 8 + 4, true)];
    const [then, otherwise] = [view.getUint8(at * 8 + 2), view.getUint8(at * 8 + 3)];
    if (code === 0x06) return value;
    if (code === 0x20) accumulator = data[value];
    else if (code === 0x54) accumulator = (accumulator & value) >>> 0;
    else if (code === 0x15) at += accumulator === value ? then : otherwise;
    else if (code === 0x35) at += accumulator >= value ? then : otherwise;
    else if (code === 0x45) at += (accumulator & value) !== 0 ? then : otherwise;
    else throw new Error(`no such instruction: ${code}`);
  }
}

const [INET, INET6, UNIX, NETLINK, PACKET] = [2, 10, 1, 16, 17];
const [STREAM, DGRAM, RAW, NONBLOCK_CLOEXEC] = [1, 2, 3, 0o2004000];

for (const [arch, name] of [[X86, "x86_64"], [ARM, "aarch64"]] as const) {
  const filter = seccompFilter({ arch: name, datagrams: false });
  const lookups = seccompFilter({ arch: name, datagrams: true });
  const [socket, sendto, ptrace, read, keyctl] = arch === X86
    ? [41, 44, 101, 0, 250]
    : [198, 206, 117, 63, 219];
  const on = (number: number, words: number[] = [], by = filter) => verdict(by, { arch, number, words });

  Deno.test(`seccomp on ${name}: TCP sockets and no others`, () => {
    const table: [words: number[], verdict: number, withLookups?: number][] = [
      [[INET, STREAM, 0], ALLOW],
      [[INET6, STREAM | NONBLOCK_CLOEXEC, 6], ALLOW],
      [[INET, STREAM, 262], error(13)],
      [[INET, STREAM, 132], error(13)],
      [[INET, DGRAM, 0], error(13), ALLOW],
      [[INET6, DGRAM | NONBLOCK_CLOEXEC, 17], error(13), ALLOW],
      [[INET, DGRAM, 136], error(13), error(13)],
      [[INET, RAW, 1], error(13)],
      [[UNIX, STREAM, 0], error(13)],
      [[PACKET, RAW, 0], error(13)],
      [[NETLINK, RAW, 0], ALLOW],
      [[NETLINK, RAW, 9], error(13)],
    ];
    for (const [words, expected, withLookups = expected] of table) {
      assertEquals(on(socket, words), expected, words.join());
      assertEquals(on(socket, words, lookups), withLookups, words.join());
    }
  });

  Deno.test(`seccomp on ${name}: what reaches out of the fence is refused, what every program does is not`, () => {
    assertEquals(on(read), ALLOW);
    assertEquals([on(ptrace), on(keyctl)], [error(1), error(1)]);
    for (const ring of [425, 426, 427]) assertEquals(on(ring), error(38));
    assertEquals(on(sendto, [3, 0, 0, 0x20000000]), error(1));
    assertEquals(on(sendto, [3, 0, 0, 0x4000]), ALLOW);
  });

  Deno.test(`seccomp on ${name}: calls by another machine's numbers end the process`, () => {
    const other = arch === X86 ? 0x40000003 : X86;
    assertEquals(verdict(filter, { arch: other, number: read }), KILL);
    if (arch === X86) assertEquals(on(0x40000000 | 41, [UNIX, STREAM, 0]), error(38));
  });

  Deno.test(`seccomp on ${name}: every call has a verdict`, () => {
    const word = fc.nat({ max: 0xffffffff });
    fc.assert(fc.property(fc.nat({ max: 600 }), fc.array(word, { maxLength: 6 }), (number, words) => {
      assert([ALLOW, error(1), error(13), error(38)].includes(on(number, words)));
    }));
  });
}
