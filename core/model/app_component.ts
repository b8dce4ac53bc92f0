const TYPESCRIPT = /\.(ts|mts|js|mjs)$/;

/** Whether a component's reference such as `./server.ts:app` names TypeScript or JavaScript rather than Python. */
export function isTypeScriptComponent(reference: string): boolean {
  return TYPESCRIPT.test(reference.slice(0, reference.lastIndexOf(":")));
}
