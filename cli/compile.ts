/**
 * Makes the one executable: `deno task compile [--target TRIPLE] [--output PATH]`.
 *
 * The Deno that compiles is the Deno that runs, so the pin is checked here. What the program may do at most is
 * fixed here too; every role then gives itself far less (see `cli/daemon/role_permissions.ts`).
 */
import { parseArgs } from "@std/cli";
import { LIBC_PATHS } from "../core/io/libc.ts";
import { wrongDeno } from "./deno_pin.ts";

const ENTRY = "cli/main.ts";
/** Modules that are started by address, so the compiler does not see them. */
const WORKERS = [
  "cli/daemon/superlink_worker.ts",
  "cli/daemon/supernode_worker.ts",
  "cli/daemon/superexec_worker.ts",
  "cli/daemon/app_worker.ts",
  "cli/daemon/compartment/compartment_worker.ts",
  "cli/daemon/compartment/transpile_worker.ts",
  "cli/flwr/bundle/esbuild_worker.ts",
  "core/io/launcher_worker.ts",
  "mod.ts",
];
const AT_MOST = [
  ...["read", "write", "net", "env", "run", "sys", "import"].map((name) => `--allow-${name}`),
  // For the short-lived process that sets a fence: every other one gives it up first of all.
  `--allow-ffi=${LIBC_PATHS.join(",")}`,
];

const wrong = wrongDeno({ version: Deno.version.deno, standalone: false });
if (wrong) {
  console.error(wrong);
  Deno.exit(1);
}
const { target, output = Deno.build.os === "windows" ? "dist/corolla.exe" : "dist/corolla" } = parseArgs(
  Deno.args,
  {
    string: ["target", "output"],
  },
);
const { code } = await new Deno.Command(Deno.execPath(), {
  args: [
    "compile",
    "--quiet",
    "--no-prompt",
    "--exclude-unused-npm",
    ...AT_MOST,
    ...WORKERS.flatMap((path) => ["--include", path]),
    ...(target ? ["--target", String(target)] : []),
    "--output",
    String(output),
    ENTRY,
  ],
}).output().then(async (result) => {
  await Deno.stderr.write(result.stderr);
  return result;
});
if (code === 0) console.log(`Compiled ${output}`);
Deno.exit(code);
