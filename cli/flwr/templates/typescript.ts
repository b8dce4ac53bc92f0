import denoJson from "./typescript/app_deno.json" with { type: "text" };
import client from "./typescript/client.ts" with { type: "text" };
import gitignore from "./typescript/gitignore.txt" with { type: "text" };
import project from "./typescript/pyproject.toml" with { type: "text" };
import readme from "./typescript/README.md" with { type: "text" };
import server from "./typescript/server.ts" with { type: "text" };
import task from "./typescript/task.ts" with { type: "text" };
import types from "./typescript/types/corolla.d.ts" with { type: "text" };

/** The files of a new TypeScript app. */
export const typescript: Readonly<Record<string, string>> = {
  "pyproject.toml": project,
  "README.md": readme,
  "server.ts": server,
  "client.ts": client,
  "task.ts": task,
  "deno.json": denoJson,
  "types/corolla.d.ts": types,
  ".gitignore": gitignore,
};
