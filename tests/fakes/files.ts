import type { RunFiles } from "../../core/io/ports.ts";

/** A run's files, in memory. */
export class FakeFiles implements RunFiles {
  readonly contents = new Map<string, Uint8Array>();

  read(path: string): Promise<Uint8Array | undefined> {
    return Promise.resolve(this.contents.get(path)?.slice());
  }

  replace(path: string, pieces: readonly Uint8Array[]): Promise<void> {
    this.contents.set(path, joined(pieces));
    return Promise.resolve();
  }

  append(path: string, text: string): Promise<void> {
    return this.replace(path, [this.contents.get(path) ?? new Uint8Array(), new TextEncoder().encode(text)]);
  }

  remove(path: string): Promise<void> {
    this.contents.delete(path);
    return Promise.resolve();
  }

  /** A file as text; empty when there is none. */
  text(path: string): string {
    return new TextDecoder().decode(this.contents.get(path));
  }
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
