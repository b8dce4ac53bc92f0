import type { ObjectId } from "./ids.ts";

/** The objects a message is made of, root first; an object shared by two parents appears under both. */
export interface ObjectTree {
  readonly objectId: ObjectId;
  readonly children: readonly ObjectTree[];
}

/** Every id of the tree once, children before their parents: the order in which objects are sent. */
export function postOrder(tree: ObjectTree): ObjectId[] {
  const seen = new Set<ObjectId>();
  const visit = (node: ObjectTree) => {
    if (seen.has(node.objectId)) return;
    for (const child of node.children) visit(child);
    seen.add(node.objectId);
  };
  visit(tree);
  return [...seen];
}
