/** The numbers app in a mix of languages, and what it comes to in official hands alone. */
import { assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";
import { peerFolder, type Stage } from "../harness.ts";
import { type Facts, factsIn } from "./facts.ts";

/** What a part of the app is written in. */
export type Language = "Python" | "TypeScript";

/** What each part of the app is written in. */
export interface Languages {
  readonly server: Language;
  readonly client: Language;
}

const FOLDER = fileURLToPath(new URL("../apps/numbers_app", import.meta.url));
const REFERENCE = fileURLToPath(new URL("./reference.py", import.meta.url));

/** The app's folder. @returns its absolute path */
export function numbersApp(stage: Stage, { server, client }: Languages): string {
  const name = `apps/numbers-${server}-${client}`.toLowerCase();
  for (const { name: file, isFile } of Deno.readDirSync(FOLDER)) {
    if (isFile) stage.write(`${name}/${file}`, Deno.readTextFileSync(`${FOLDER}/${file}`));
  }
  const components = [
    ...server === "TypeScript" ? ['serverapp = "./server.ts:app"'] : [],
    ...client === "TypeScript" ? ['clientapp = "./client.ts:app"'] : [],
  ];
  const project = Deno.readTextFileSync(`${FOLDER}/pyproject.toml`);
  const ours = components.length > 0 ? ["", "[tool.corolla.components]", ...components, ""] : [];
  stage.write(`${name}/pyproject.toml`, project + ours.join("\n"));
  return stage.path(name);
}

/** What the official strategies make of the official ClientApp's replies. @param names all strategies unless told */
export async function officialNumbers(names: readonly string[] = []): Promise<Facts> {
  const command = new Deno.Command(`${peerFolder()}/python`, {
    args: [REFERENCE, FOLDER, ...names],
    env: { PYTHONDONTWRITEBYTECODE: "1", FLWR_TELEMETRY_ENABLED: "0", NO_COLOR: "1" },
  });
  const { code, stdout, stderr } = await command.output();
  assertEquals(code, 0, new TextDecoder().decode(stderr));
  return factsIn(new TextDecoder().decode(stdout));
}
