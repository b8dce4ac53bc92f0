import type { ObjectId } from "../model/ids.ts";
import type { ContentFiles } from "./ports.ts";

/** Most objects of a message are heads of some hundred bytes. */
const SMALL_BYTES = 16_384;
/** What all small contents in memory take together at most. */
const ROOM_BYTES = 4 * 1_048_576;

/**
 * Contents of which the small ones are in memory, where they are read without opening a file. A model of some thousand
 * numbers never leaves it.
 *
 * @param files holds what is large, or finds no room in memory
 * @param options.durable whether small contents are written to `files` all the same, and memory holds copies
 */
export function withSmallInMemory(files: ContentFiles, { durable }: { durable: boolean }): ContentFiles {
  return durable ? new SmallCopies(files) : new SmallContents(files);
}

/** Small contents as long as there is room for them. */
class Room {
  readonly #contents = new Map<ObjectId, Uint8Array>();
  #bytes = 0;

  has(id: ObjectId): boolean {
    return this.#contents.has(id);
  }

  fits({ length }: Uint8Array): boolean {
    return length <= SMALL_BYTES && this.#bytes + length <= ROOM_BYTES;
  }

  put(id: ObjectId, content: Uint8Array): void {
    this.delete(id);
    // Not `slice`: of a Buffer that is a view, and the memory is the caller's.
    this.#contents.set(id, new Uint8Array(content));
    this.#bytes += content.length;
  }

  /** The content: in `into`, when that is given and large enough, else in memory of its own. */
  get(id: ObjectId, into?: Uint8Array): Uint8Array | undefined {
    const content = this.#contents.get(id);
    if (!content || !into || into.length < content.length) return content && new Uint8Array(content);
    into.set(content);
    return into.subarray(0, content.length);
  }

  delete(id: ObjectId): boolean {
    this.#bytes -= this.#contents.get(id)?.length ?? 0;
    return this.#contents.delete(id);
  }

  /** The oldest first; some may be deleted meanwhile. */
  ids(): Iterable<ObjectId> {
    return this.#contents.keys();
  }
}

/** Every content is in `files`; memory has copies of small ones that came lately. */
class SmallCopies implements ContentFiles {
  readonly #copies = new Room();

  constructor(readonly files: ContentFiles) {}

  async write(id: ObjectId, content: Uint8Array): Promise<void> {
    await this.files.write(id, content);
    if (content.length > SMALL_BYTES) return;
    for (const oldest of this.#copies.ids()) {
      if (this.#copies.fits(content)) break;
      this.#copies.delete(oldest);
    }
    this.#copies.put(id, content);
  }

  async read(id: ObjectId, into?: Uint8Array): Promise<Uint8Array> {
    return this.#copies.get(id, into) ?? await this.files.read(id, into);
  }

  async remove(id: ObjectId): Promise<void> {
    this.#copies.delete(id);
    await this.files.remove(id);
  }

  list(): AsyncIterable<ObjectId> {
    return this.files.list();
  }

  tidy(): Promise<void> {
    return this.files.tidy();
  }
}

/** A content is in memory or in `files`. */
class SmallContents implements ContentFiles {
  readonly #held = new Room();
  /** Small contents that found no room. */
  readonly #inFiles = new Set<ObjectId>();

  constructor(readonly files: ContentFiles) {}

  async write(id: ObjectId, content: Uint8Array): Promise<void> {
    if (this.#held.has(id)) return;
    if (this.#held.fits(content) && !this.#inFiles.has(id)) return this.#held.put(id, content);
    await this.files.write(id, content);
    if (content.length <= SMALL_BYTES) this.#inFiles.add(id);
  }

  async read(id: ObjectId, into?: Uint8Array): Promise<Uint8Array> {
    return this.#held.get(id, into) ?? await this.files.read(id, into);
  }

  async remove(id: ObjectId): Promise<void> {
    if (this.#held.delete(id)) return;
    this.#inFiles.delete(id);
    await this.files.remove(id);
  }

  async *list(): AsyncIterable<ObjectId> {
    yield* [...this.#held.ids()];
    yield* this.files.list();
  }

  tidy(): Promise<void> {
    return this.files.tidy();
  }
}
