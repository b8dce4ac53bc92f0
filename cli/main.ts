import { wrongDeno } from "./deno_pin.ts";
import { run } from "./run.ts";
import { systemEnv } from "./system_env.ts";

if (import.meta.main) {
  const wrong = wrongDeno({ version: Deno.version.deno, standalone: Deno.build.standalone });
  const env = systemEnv();
  if (wrong) env.stderr(wrong);
  Deno.exit(wrong ? 1 : await run(Deno.args, env));
}
