import { fileURLToPath } from "node:url";
import type { Stage } from "./harness.ts";

/** The apps under `apps`, and `mixed`: the Python and the TypeScript one in the same bundle. */
export type App =
  | "python"
  | "typescript"
  | "mixed"
  | "messages"
  | "strategies"
  | "large"
  | "classic"
  | "legacy"
  | "driver";

const MIXED = `
[tool.corolla.components]
serverapp = "./server.ts:app"
clientapp = "./client.ts:app"
`;

/** The folder of an app. @returns its absolute path */
export function appFolder(stage: Stage, app: App): string {
  if (app === "legacy") return joinedFolder(stage, { app, client: "legacy", others: "python" });
  if (app === "driver") return joinedFolder(stage, { app, client: "legacy", others: "driver" });
  return app === "mixed" ? mixedFolder(stage) : givenFolder(app);
}

function givenFolder(app: App): string {
  return fileURLToPath(new URL(`./apps/${app}_app`, import.meta.url));
}

/** An app with a ClientApp that Flower 1.14.0 and Flower of today can run; what leads it is written for one of them. */
function joinedFolder(
  stage: Stage,
  { app, client, others }: { app: App; client: App; others: App },
): string {
  const files = { "server_app.py": others, "pyproject.toml": others, "client_app.py": client };
  for (const [name, from] of Object.entries(files)) {
    stage.write(`apps/${app}-app/${name}`, Deno.readTextFileSync(`${givenFolder(from)}/${name}`));
  }
  return stage.path(`apps/${app}-app`);
}

function mixedFolder(stage: Stage): string {
  for (const app of ["typescript", "python"] as const) {
    const folder = givenFolder(app);
    for (const { name, isFile } of Deno.readDirSync(folder)) {
      if (isFile) stage.write(`apps/mixed_app/${name}`, Deno.readTextFileSync(`${folder}/${name}`));
    }
  }
  const project = Deno.readTextFileSync(`${givenFolder("python")}/pyproject.toml`);
  stage.write("apps/mixed_app/pyproject.toml", project.replace("interop-python", "interop-mixed") + MIXED);
  return stage.path("apps/mixed_app");
}
