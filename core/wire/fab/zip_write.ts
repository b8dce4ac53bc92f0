import { crc32 } from "./crc32.ts";

/** 2024-10-01 00:00:00: a fixed time, so that the same files give the same archive. */
const DOS_TIME = 0x0000;
const DOS_DATE = 0x5941;
const VERSION = 20;
const HOST_UNIX = 3;
const NAME_IS_UTF8 = 0x0800;
/** A file that only its owner may read and write. */
const EXTERNAL_ATTRIBUTES = 0o600 << 16;

/** A zip archive of files in the given order, stored without compression, byte for byte as Python's zipfile. */
export function writeZip(files: readonly (readonly [path: string, content: Uint8Array])[]): Uint8Array {
  const parts: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let offset = 0;
  for (const [path, content] of files) {
    const name = new TextEncoder().encode(path);
    const common = commonHeader(name, content);
    const local = header(0x04034b50, [common]);
    parts.push(local, name, content);
    directory.push(header(0x02014b50, [new Uint8Array([VERSION, HOST_UNIX]), common, tail(offset)]), name);
    offset += local.length + name.length + content.length;
  }
  const directorySize = sizeOf(directory);
  return concat([...parts, ...directory, endRecord(files.length, directorySize, offset)]);
}

/** What a file's local header and its directory entry share. */
function commonHeader(name: Uint8Array, content: Uint8Array): Uint8Array {
  const view = new DataView(new ArrayBuffer(26));
  const isAscii = name.every((byte) => byte < 0x80);
  view.setUint16(0, VERSION, true);
  view.setUint16(2, isAscii ? 0 : NAME_IS_UTF8, true);
  view.setUint16(4, 0, true);
  view.setUint16(6, DOS_TIME, true);
  view.setUint16(8, DOS_DATE, true);
  view.setUint32(10, crc32(content), true);
  view.setUint32(14, content.length, true);
  view.setUint32(18, content.length, true);
  view.setUint16(22, name.length, true);
  return new Uint8Array(view.buffer);
}

function tail(offset: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(14));
  view.setUint32(6, EXTERNAL_ATTRIBUTES, true);
  view.setUint32(10, offset, true);
  return new Uint8Array(view.buffer);
}

function header(signature: number, parts: Uint8Array[]): Uint8Array {
  const start = new DataView(new ArrayBuffer(4));
  start.setUint32(0, signature, true);
  return concat([new Uint8Array(start.buffer), ...parts]);
}

function endRecord(count: number, directorySize: number, directoryOffset: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(22));
  view.setUint32(0, 0x06054b50, true);
  view.setUint16(8, count, true);
  view.setUint16(10, count, true);
  view.setUint32(12, directorySize, true);
  view.setUint32(16, directoryOffset, true);
  return new Uint8Array(view.buffer);
}

function sizeOf(parts: readonly Uint8Array[]): number {
  return parts.reduce((sum, part) => sum + part.length, 0);
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(sizeOf(parts));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
