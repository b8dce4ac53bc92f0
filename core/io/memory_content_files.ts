import type { ObjectId } from "../model/ids.ts";
import type { ContentFiles } from "./ports.ts";

/** Contents that are kept in memory and go with the process. */
export function memoryContentFiles(): ContentFiles {
  const contents = new Map<ObjectId, Uint8Array>();
  return {
    write(id, content) {
      // Not `slice`: of a Buffer that is a view, and the memory is the caller's.
      contents.set(id, new Uint8Array(content));
      return Promise.resolve();
    },
    read(id) {
      const content = contents.get(id);
      if (!content) return Promise.reject(new Error(`Cannot read object ${id}: it is not held`));
      return Promise.resolve(new Uint8Array(content));
    },
    remove(id) {
      contents.delete(id);
      return Promise.resolve();
    },
    async *list() {
      yield* [...contents.keys()];
    },
    tidy: () => Promise.resolve(),
  };
}
