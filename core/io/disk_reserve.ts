import type { DiskReserve } from "./ports.ts";

/** Enough to note how many runs end and to forget what they stored. */
const SIZE_BYTES = 4 * 1024 * 1024;

const BLOCK_BYTES = 64 * 1024;

/**
 * A reserve in the form of a file at `path`, whose folder must be there when it is first held. One that a process
 * before us left counts.
 */
export function fileReserve(path: string): DiskReserve {
  let isHeld = false;
  return {
    hold: () => isHeld ||= isWhole(path) || write(path),
    release: () => {
      isHeld = false;
      return remove(path);
    },
  };
}

function isWhole(path: string): boolean {
  try {
    return Deno.statSync(path).size === SIZE_BYTES;
  } catch {
    return false;
  }
}

/** Whether there was room. Bytes by chance: a disk that compresses would set nothing aside for others. */
function write(path: string): boolean {
  const block = crypto.getRandomValues(new Uint8Array(BLOCK_BYTES));
  try {
    using file = Deno.openSync(path, { create: true, truncate: true, write: true, mode: 0o600 });
    for (let done = 0; done < SIZE_BYTES;) done += file.writeSync(block.subarray(0, SIZE_BYTES - done));
    return true;
  } catch {
    remove(path);
    return false;
  }
}

function remove(path: string): boolean {
  try {
    Deno.removeSync(path);
    return true;
  } catch {
    return false;
  }
}
