import { Buffer } from "node:buffer";

/** Thrown when an SSH structure ends too early or holds what it may not. */
export class SshBlobError extends Error {
  override name = "SshBlobError";
}

/** Reads the pieces of an SSH structure one after the other. */
export class SshReader {
  #rest: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#rest = bytes;
  }

  /** What was not read yet. */
  get rest(): Uint8Array {
    return this.#rest;
  }

  /** So many bytes as they are. @throws {SshBlobError} when there are not as many */
  bytes(count: number): Uint8Array {
    if (this.#rest.length < count) throw new SshBlobError("it ends too early");
    const taken = this.#rest.subarray(0, count);
    this.#rest = this.#rest.subarray(count);
    return taken;
  }

  /** @throws {SshBlobError} */
  uint32(): number {
    const four = this.bytes(4);
    return new DataView(four.buffer, four.byteOffset).getUint32(0);
  }

  /** Bytes with their count before them. @throws {SshBlobError} */
  string(): Uint8Array {
    return this.bytes(this.uint32());
  }

  /** Like {@link string}, as text. @throws {SshBlobError} */
  text(): string {
    return Buffer.from(this.string()).toString("utf8");
  }

  /** A number that is not negative, in exactly `width` bytes. @throws {SshBlobError} when it needs more */
  unsigned(width: number): Uint8Array {
    const written = this.string();
    if (written.length > 0 && written[0] & 0x80) throw new SshBlobError("a number in it is negative");
    const start = written.findIndex((byte) => byte !== 0);
    const digits = start < 0 ? new Uint8Array() : written.subarray(start);
    if (digits.length > width) throw new SshBlobError("a number in it is too large");
    const padded = new Uint8Array(width);
    padded.set(digits, width - digits.length);
    return padded;
  }
}

/** `bytes` with their count before them. */
export function sshString(bytes: Uint8Array | string): Uint8Array {
  const body = Buffer.from(bytes as Uint8Array);
  return Buffer.concat([sshUint32(body.length), body]);
}

/** Four bytes, big-endian. */
export function sshUint32(value: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** A number that is not negative, in as few bytes as SSH asks for. */
export function sshUnsigned(digits: Uint8Array): Uint8Array {
  const start = digits.findIndex((byte) => byte !== 0);
  const shortest = start < 0 ? new Uint8Array() : digits.subarray(start);
  return sshString(shortest[0] & 0x80 ? Buffer.concat([Buffer.of(0), shortest]) : shortest);
}
