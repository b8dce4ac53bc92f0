/** The few functions of the C library that set a fence around this thread. Linux only; needs `--allow-ffi`. */

/** Where C libraries lie: the leave to load them is given by path. */
export const LIBC_PATHS: readonly string[] = [
  "/lib/x86_64-linux-gnu/libc.so.6",
  "/lib/aarch64-linux-gnu/libc.so.6",
  "/lib64/libc.so.6",
  "/usr/lib64/libc.so.6",
  "/usr/lib/libc.so.6",
  "/lib/libc.so.6",
];

/*
 * Addresses are plain numbers here and bytes are copied to where the C library has room: Deno's own pointers would need
 * leave to load every library.
 */
const SYMBOLS = {
  syscall: { parameters: ["u64", "u64", "u64", "u64", "u64", "u64"], result: "i64" },
  prctl: { parameters: ["i32", "u64", "u64", "u64", "u64"], result: "i32" },
  open: { parameters: ["u64", "i32"], result: "i32" },
  close: { parameters: ["i32"], result: "i32" },
  execv: { parameters: ["u64", "u64"], result: "i32" },
  malloc: { parameters: ["usize"], result: "u64" },
  store: { name: "memcpy", parameters: ["u64", "buffer", "usize"], result: "u64" },
  fetch: { name: "memcpy", parameters: ["buffer", "u64", "usize"], result: "u64" },
  __errno_location: { parameters: [], result: "u64" },
} as const;

/** Bytes that can be handed to the kernel. */
export type Bytes = Uint8Array<ArrayBuffer>;

/** The C library of this process. What is copied for it is never given back: the process becomes another one soon. */
export class Libc {
  readonly #symbols: Deno.StaticForeignLibraryInterface<typeof SYMBOLS>;

  /** @throws {Error} when there is none that may be loaded */
  constructor() {
    this.#symbols = load();
  }

  /**
   * A system call by number; bytes are handed over by their address.
   * @returns what the kernel says; negative for failure, see {@link errno}
   */
  call(number: number, ...given: (number | Bytes)[]): number {
    const [a = 0n, b = 0n, c = 0n, d = 0n, e = 0n] = given.map((value) => this.#asWord(value));
    return Number(this.#symbols.syscall(BigInt(number), a, b, c, d, e));
  }

  /** `prctl(2)`. @returns 0 when it was done */
  control(option: number, ...given: (number | Bytes)[]): number {
    const [a = 0n, b = 0n, c = 0n, d = 0n] = given.map((value) => this.#asWord(value));
    return this.#symbols.prctl(option, a, b, c, d);
  }

  /** A descriptor that stands for a path and no more than that; negative when nothing is there. */
  openPath(path: string, { folder }: { folder: boolean }): number {
    return this.#symbols.open(this.#text(path), O_PATH | O_CLOEXEC | (folder ? O_DIRECTORY : 0));
  }

  /** Gives a descriptor back. */
  close(descriptor: number): void {
    this.#symbols.close(descriptor);
  }

  /** Becomes another program, in place. Comes back only when that failed. */
  become(program: string, args: readonly string[]): void {
    const words = [program, ...args].map((word) => this.#text(word));
    const list = new Uint8Array(new BigUint64Array([...words, 0n]).buffer);
    this.#symbols.execv(words[0], this.addressOf(list));
  }

  /** Copies bytes to where they stay. @returns their address */
  addressOf(bytes: Bytes): bigint {
    const place = this.#symbols.malloc(BigInt(bytes.length));
    this.#symbols.store(place, bytes, BigInt(bytes.length));
    return place;
  }

  /** Why the last call failed, as a number of `errno(3)`. */
  get errno(): number {
    const value = new Int32Array(1);
    this.#symbols.fetch(new Uint8Array(value.buffer), this.#symbols.__errno_location(), 4n);
    return value[0];
  }

  #asWord(value: number | Bytes): bigint {
    return typeof value === "number" ? BigInt(value) : this.addressOf(value);
  }

  #text(value: string): bigint {
    return this.addressOf(new TextEncoder().encode(`${value}\0`));
  }
}

const O_PATH = 0o10000000;
const O_CLOEXEC = 0o2000000;
const O_DIRECTORY = Deno.build.arch === "aarch64" ? 0o40000 : 0o200000;

function load() {
  let last: unknown;
  for (const path of LIBC_PATHS) {
    try {
      return Deno.dlopen(path, SYMBOLS).symbols;
    } catch (error) {
      last = error;
    }
  }
  throw last;
}
