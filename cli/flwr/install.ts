import { basename } from "node:path";
import { installFiles } from "../../core/io/fab_install.ts";
import { FabError } from "../../core/wire/fab/error.ts";
import { checkFilename, type FabInfo, installFolder, readFab } from "../../core/wire/fab/fab.ts";
import { MANIFEST_PATH } from "../../core/wire/fab/manifest.ts";
import { command } from "../command.ts";
import { type Env, flwrHome, resolvePath } from "../env.ts";
import { UserError } from "../output.ts";

/** `flwr install`: checks an archive and unpacks it under `$FLWR_HOME/apps`. */
export const install = command({
  summary: "Install a Flower App Bundle: check its hashes and unpack it under $FLWR_HOME/apps.",
  words: ["SOURCE"],
  wordHelp: { SOURCE: "A .fab file, as `flwr build` made it" },
  flags: {},
  examples: [{ for: "Install an app that somebody sent you", line: "$ acme.my-app.1-0-0.a8d1610b.fab" }],
}, async ({ words: [source] }, env) => {
  const info = await readArchive(source, env);
  const folder = `${flwrHome(env)}/apps/${installFolder(info)}`;
  await installFiles(folder, appFiles(info));
  env.stdout(`Successfully installed ${info.fabId.split("/")[1]} to ${folder}.\n`);
  return 0;
});

/** An archive's files without its manifest: what an installed app consists of. */
export function appFiles(info: FabInfo): Map<string, Uint8Array> {
  return new Map([...info.files].filter(([path]) => path !== MANIFEST_PATH));
}

/** @throws {UserError} */
async function readArchive(source: string, env: Env): Promise<FabInfo> {
  const path = resolvePath(env, source);
  if (await env.files.kind(path) !== "file") {
    throw new UserError(`Cannot install "${source}": there is no such file`, {
      hint: "Name a .fab file; make one from an app's folder with: flwr build",
    });
  }
  try {
    const info = readFab(await env.files.read(path));
    checkFilename(basename(path), info.hash);
    return info;
  } catch (error) {
    if (!(error instanceof FabError)) throw error;
    const { message } = error;
    throw new UserError(
      message.startsWith("Cannot install") ? message : `Cannot install "${source}": ${message}`,
    );
  }
}
