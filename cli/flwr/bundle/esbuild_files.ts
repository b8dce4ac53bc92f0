/**
 * The files that esbuild sees. Its WebAssembly build for browsers takes them from `globalThis.fs`, where it also puts
 * its own standard streams; there it must find this before it starts, in a Worker of its own.
 *
 * @module
 */
import nodeFs from "node:fs";

type Callback = (error: (Error & { code?: string }) | null, ...results: unknown[]) => void;
type Call = (...args: unknown[]) => void;

/** Reasons that Go knows by name; it panics at others. */
const KNOWN = new Set(["EACCES", "EBADF", "EISDIR", "ELOOP", "ENOENT", "ENOTDIR", "EPERM"]);
const STANDARD_INPUT = 0;

/** Lends this machine's files to esbuild, to be read. */
export function lendFiles(): void {
  const lent = ["close", "fstat", "lstat", "open", "readdir", "readlink", "stat"] as const;
  let readInput: Call = () => {};
  const fs = {
    constants: nodeFs.constants,
    ...Object.fromEntries(lent.map((name) => [name, explained(nodeFs[name] as Call)])),
    /** Replaced by esbuild's own. */
    writeSync: (_stream: number, bytes: Uint8Array): number => bytes.length,
    write(
      stream: number,
      bytes: Uint8Array,
      _at: number,
      _length: number,
      _position: null,
      done: Callback,
    ): void {
      done(null, this.writeSync(stream, bytes));
    },
    get read(): Call {
      return (file, ...rest) => file === STANDARD_INPUT ? readInput(file, ...rest) : read(file, ...rest);
    },
    /** Esbuild sets the one that reads its standard input. */
    set read(ofInput: Call) {
      readInput = ofInput;
    },
  };
  Object.assign(globalThis, { fs });
}

const read = explained(nodeFs.read as unknown as Call);

/** The same function, with a reason for each failure that Go understands. */
function explained(call: Call): Call {
  return (...args) => {
    const done = args.at(-1) as Callback;
    const answer: Callback = (error, ...results) =>
      done(error && Object.assign(new Error(error.message), { code: codeOf(error) }), ...results);
    try {
      call(...args.slice(0, -1), answer);
    } catch (error) {
      answer(error as Error);
    }
  };
}

function codeOf({ code }: { code?: string }): string {
  return code !== undefined && KNOWN.has(code) ? code : "EACCES";
}
