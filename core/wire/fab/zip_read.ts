import { inflateRawSync } from "node:zlib";
import { crc32 } from "./crc32.ts";
import { FabError, NoArchiveError } from "./error.ts";

/** No app needs more than this unpacked; an archive that claims more is a trap. */
const MOST_UNPACKED_BYTES = 256 * 1024 * 1024;
const STORED = 0;
const DEFLATED = 8;

/** One entry of the archive's directory. */
interface Entry {
  readonly path: string;
  readonly method: number;
  readonly crc: number;
  readonly packedBytes: number;
  readonly unpackedBytes: number;
  readonly offset: number;
}

/**
 * The files of a zip archive by path, in the archive's order; folders are left out.
 * @throws {FabError} when it is no archive, is damaged, names a file twice or one that would lie outside the
 *   folder it is unpacked to, or unpacks to more than 256 MiB
 */
export function readZip(archive: Uint8Array): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  let unpacked = 0;
  for (const entry of entriesOf(archive)) {
    unpacked += entry.unpackedBytes;
    if (unpacked > MOST_UNPACKED_BYTES) {
      throw new FabError(`Cannot unpack the archive as its files must fit ${MOST_UNPACKED_BYTES} bytes`);
    }
    if (entry.path.endsWith("/")) continue;
    refuseUnsafe(entry.path);
    if (files.has(entry.path)) {
      throw new FabError(`Cannot unpack the archive as it holds "${entry.path}" twice`);
    }
    files.set(entry.path, unpack(archive, entry));
  }
  return files;
}

/** A path must stay inside the folder, on every operating system. */
function refuseUnsafe(path: string) {
  const parts = path.split("/");
  const unsafe = path === "" || /[\\\0]/.test(path) || /^[A-Za-z]:/.test(path) ||
    parts.some((part) => part === "" || part === "." || part === "..");
  if (unsafe) throw new FabError(`Cannot unpack the archive as "${path}" would lie outside the app's folder`);
}

function entriesOf(archive: Uint8Array): Entry[] {
  const view = new DataView(archive.buffer, archive.byteOffset, archive.byteLength);
  const end = endRecordAt(view);
  const entries: Entry[] = [];
  try {
    let at = view.getUint32(end + 16, true);
    for (let left = view.getUint16(end + 10, true); left > 0; left--) {
      if (view.getUint32(at, true) !== 0x02014b50) throw new RangeError();
      const nameLength = view.getUint16(at + 28, true);
      entries.push({
        path: new TextDecoder().decode(archive.subarray(at + 46, at + 46 + nameLength)),
        method: view.getUint16(at + 10, true),
        crc: view.getUint32(at + 16, true),
        packedBytes: view.getUint32(at + 20, true),
        unpackedBytes: view.getUint32(at + 24, true),
        offset: view.getUint32(at + 42, true),
      });
      at += 46 + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
    }
  } catch {
    throw new FabError("Cannot read the archive: its directory is damaged");
  }
  return entries;
}

/** The end record stands last, before a comment of at most 65,535 bytes. */
function endRecordAt(view: DataView): number {
  const earliest = Math.max(0, view.byteLength - 22 - 0xffff);
  for (let at = view.byteLength - 22; at >= earliest; at--) {
    if (view.getUint32(at, true) === 0x06054b50) return at;
  }
  throw new NoArchiveError("File is not a zip file");
}

function unpack(archive: Uint8Array, entry: Entry): Uint8Array {
  const damaged = () => new FabError(`Cannot read the archive: "${entry.path}" is damaged`);
  const view = new DataView(archive.buffer, archive.byteOffset, archive.byteLength);
  let content: Uint8Array;
  try {
    if (view.getUint32(entry.offset, true) !== 0x04034b50) throw damaged();
    const start = entry.offset + 30 + view.getUint16(entry.offset + 26, true) +
      view.getUint16(entry.offset + 28, true);
    const packed = archive.subarray(start, start + entry.packedBytes);
    if (entry.method === STORED) content = packed;
    // A lying size cannot make it grow.
    else if (entry.method === DEFLATED) {
      content = new Uint8Array(inflateRawSync(packed, { maxOutputLength: Math.max(1, entry.unpackedBytes) }));
    } else {throw new FabError(
        `Cannot read "${entry.path}" as zip method ${entry.method} must be 0 (stored) or 8 (deflate)`,
      );}
  } catch (error) {
    throw error instanceof FabError ? error : damaged();
  }
  if (content.length !== entry.unpackedBytes || crc32(content) !== entry.crc) throw damaged();
  return content;
}
