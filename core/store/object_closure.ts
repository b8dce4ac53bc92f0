import type { NodeId, ObjectId, RunId } from "../model/ids.ts";
import type { ObjectTree } from "../model/object_tree.ts";
import type { Member, Transaction } from "./store.ts";

/** How many objects a message may name, each counted wherever it occurs: its tree is written out in full. */
export const MAX_TREE_NODES = 250_000;
/** How deep objects may nest; protobuf readers give up at 100. */
export const MAX_TREE_DEPTH = 64;

/** A message whose objects nest too deep or name each other too often to be written out. */
export class TreeTooLargeError extends Error {
  override name = "TreeTooLargeError";
}

/**
 * The members that a parcel of `src` gets with these objects: each missing unless `src` holds it in the run;
 * for one that it holds also what its uploaded head names, and so on down.
 */
export async function membersWith(
  tx: Transaction,
  objects: readonly ObjectId[],
  { run, src }: { run: RunId; src: NodeId },
): Promise<Member[]> {
  const members = new Map<ObjectId, Member>();
  let next = new Set(objects);
  while (next.size > 0) {
    const held = new Set(await tx.held(run, src, [...next]));
    for (const objectId of next) members.set(objectId, { objectId, missing: !held.has(objectId) });
    const heads = await tx.contents([...held]);
    next = new Set(heads.flatMap(({ children }) => children).filter((id) => !members.has(id)));
  }
  return [...members.values()];
}

/** A message's objects: the tree as it is written out, and every id in it once. */
export interface Closure {
  readonly tree: ObjectTree;
  readonly objects: ReadonlySet<ObjectId>;
}

/**
 * What `heads` (the children of each uploaded object) lead to from `root`; one object is one instance throughout.
 * Absent while an object that they lead to is not uploaded.
 * @throws {TreeTooLargeError}
 */
export function closureBelow(
  root: ObjectId,
  heads: ReadonlyMap<ObjectId, readonly ObjectId[]>,
): Closure | undefined {
  const done = new Map<ObjectId, Measured>();
  const measured = measure(root, { heads, done, level: 1 });
  return measured && { tree: measured.tree, objects: new Set(done.keys()) };
}

interface Measured {
  readonly tree: ObjectTree;
  /** Objects in the tree as it is written out. */
  readonly nodes: number;
  readonly depth: number;
}

interface Walk {
  readonly heads: ReadonlyMap<ObjectId, readonly ObjectId[]>;
  readonly done: Map<ObjectId, Measured>;
  readonly level: number;
}

function measure(objectId: ObjectId, { heads, done, level }: Walk): Measured | undefined {
  const before = done.get(objectId);
  if (before) return before;
  const ids = heads.get(objectId);
  if (!ids) return undefined;
  let nodes = 1;
  let depth = 1;
  const children: ObjectTree[] = [];
  for (const id of ids) {
    if (level >= MAX_TREE_DEPTH) throw tooLarge(objectId);
    const child = measure(id, { heads, done, level: level + 1 });
    if (!child) return undefined;
    nodes += child.nodes;
    depth = Math.max(depth, child.depth + 1);
    children.push(child.tree);
  }
  if (nodes > MAX_TREE_NODES || level + depth - 1 > MAX_TREE_DEPTH) throw tooLarge(objectId);
  const made = { tree: { objectId, children }, nodes, depth };
  done.set(objectId, made);
  return made;
}

function tooLarge(objectId: ObjectId): TreeTooLargeError {
  return new TreeTooLargeError(
    `A message must have at most ${MAX_TREE_NODES} objects, nested at most ${MAX_TREE_DEPTH} deep: ` +
      `object ${objectId} leads to more`,
  );
}
