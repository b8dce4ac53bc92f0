import { wrongDeno } from "./deno_pin.ts";
import { run } from "./run.ts";
import { systemEnv } from "./system_env.ts";

if (import.meta.main) {
  const wrong = wrongDeno({ version: Deno.version.deno, standalone: Deno.build.standalone });
  // Only what sets the fence around an app process calls the C library.
  if (Deno.args[0] !== "fence") Deno.permissions.revokeSync({ name: "ffi" });
  const env = systemEnv();
  if (wrong) env.stderr(wrong);
  Deno.exit(wrong ? 1 : await run(Deno.args, env));
}
