import client from "../../../examples/python_server/client.ts" with { type: "text" };
import project from "../../../examples/python_server/pyproject.toml" with { type: "text" };
import readme from "../../../examples/python_server/README.md" with { type: "text" };
import server from "../../../examples/python_server/server_app.py" with { type: "text" };
import { exampleFiles } from "./example_files.ts";

/** The files of a new app with a ServerApp in Python and ClientApps in TypeScript. */
export const pythonServer = exampleFiles({
  project,
  files: { "README.md": readme, "server_app.py": server, "client.ts": client },
});
