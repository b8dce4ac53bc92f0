import { DENO_PIN } from "./version.ts";

/**
 * Why the program must not go on under this Deno; undefined when all is well. A compiled program carries its
 * runtime with it and was checked when it was compiled.
 */
export function wrongDeno(running: { version: string; standalone: boolean }): string | undefined {
  if (running.standalone || running.version === DENO_PIN) return undefined;
  return [
    `Error: Cannot run under Deno ${running.version}: it must be Deno ${DENO_PIN}`,
    "       Other releases abort the whole process when a client drops its connection.",
    `Next:  npx --yes deno@${DENO_PIN} run -A cli/main.ts ...`,
    "",
  ].join("\n");
}
