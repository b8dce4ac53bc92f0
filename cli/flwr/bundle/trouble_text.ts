import type { Env } from "../../env.ts";
import { UserError } from "../../output.ts";
import type { BundleTrouble } from "./bundle_order.ts";
import { npmName, packageOf } from "./npm_specifier.ts";
import { packagePlace } from "./package_path.ts";

/** Says what is wrong with the imports of an app, and what to do. */
export async function bundleError(
  troubles: readonly BundleTrouble[],
  { folder, env }: { folder: string; env: Env },
): Promise<UserError> {
  const [trouble] = troubles;
  const where = trouble.file === undefined ? "" : `${trouble.file}:${trouble.line}`;
  const [, specifier] = /^Could not resolve "(.*)"/.exec(trouble.text) ?? [];
  if (specifier !== undefined) return await unresolved(specifier, { where, folder, env });
  if (/No loader is configured for "\.node"/.test(trouble.text)) {
    const needing = packagePlace(trouble.file ?? "")?.name ?? where;
    return new UserError(
      `Cannot build the app as ${needing} is made for one kind of machine: it needs a .node file`,
      { hint: "Use a package in JavaScript or WebAssembly" },
    );
  }
  return new UserError(`Cannot build the app: ${trouble.text}${where && ` (${where})`}`, {
    hint: `Correct the app in ${folder}`,
  });
}

interface Place {
  /** `file:line`. */
  readonly where: string;
  readonly folder: string;
  readonly env: Env;
}

async function unresolved(specifier: string, { where, folder, env }: Place): Promise<UserError> {
  const imports = `Cannot build the app as ${where} imports "${specifier}"`;
  if (/^[./]/.test(specifier)) {
    return new UserError(`${imports}: there is no such file`, { hint: `Correct the app in ${folder}` });
  }
  if (specifier.startsWith("jsr:")) {
    const name = packageOf(specifier.replace(/^jsr:\/?/, "")).replace(/(?<=.)@.*/, "");
    const add = `npx jsr add ${name}`;
    return new UserError(`${imports}: apps may use packages of npm only`, {
      hint: `JSR has its packages for npm, too: run ${add} in ${folder} and import "${name}"`,
    });
  }
  if (/^https?:/.test(specifier)) {
    return new UserError(`${imports}: where apps run they have no network`, {
      hint: "Use the npm package of the same",
    });
  }
  const name = packageOf(npmName(specifier) ?? specifier);
  if (await env.files.kind(`${folder}/node_modules/${name}`) === "folder") {
    return new UserError(`${imports}, which the npm package ${name} does not have`, {
      hint: `See what is in ${folder}/node_modules/${name}`,
    });
  }
  return new UserError(`${imports}, an npm package that is not in node_modules`, {
    hint: `Run ${await installCommand(name, { folder, env })} in ${folder}`,
  });
}

/** What puts a package into the folder's `node_modules`. */
async function installCommand(name: string, { folder, env }: Omit<Place, "where">): Promise<string> {
  const mentions = async (file: string) =>
    await env.files.kind(`${folder}/${file}`) === "file" &&
    (await env.files.readText(`${folder}/${file}`)).includes(`"${name}"`);
  if (await mentions("package.json")) return "npm install or deno install";
  if (await mentions("deno.json") || await mentions("deno.jsonc")) {
    return "deno install --node-modules-dir=auto";
  }
  return `npm install ${name} or deno install --node-modules-dir=auto npm:${name}`;
}
