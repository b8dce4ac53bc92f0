import { UsageError } from "./flags.ts";

const STEPS: Record<string, number | undefined> = { "": 0, K: 1, M: 2, G: 3 };

/** Reads a size such as `512MiB`, `64M` or `1048576` in bytes; units are powers of 1024. @throws {UsageError} */
export function byteSizeFrom(text: string, flag: string): number {
  const match = /^(\d+)\s*([kmg]?)(?:i?b)?$/i.exec(text);
  const bytes = match ? Number(match[1]) * 1024 ** STEPS[match[2].toUpperCase()]! : NaN;
  if (Number.isSafeInteger(bytes) && bytes > 0) return bytes;
  throw new UsageError(`Cannot use --${flag} ${text}: it must be a size such as 512MiB`);
}
