import client from "../../../examples/tabular/client.ts" with { type: "text" };
import prepare from "../../../examples/tabular/prepare.ts" with { type: "text" };
import project from "../../../examples/tabular/pyproject.toml" with { type: "text" };
import readme from "../../../examples/tabular/README.md" with { type: "text" };
import server from "../../../examples/tabular/server.ts" with { type: "text" };
import task from "../../../examples/tabular/task.ts" with { type: "text" };
import workers from "../../../examples/tabular/workers.ts" with { type: "text" };
import { exampleFiles } from "./example_files.ts";

/** The files of a new app for tables about people. */
export const tabular = exampleFiles({
  project,
  files: {
    "README.md": readme,
    "server.ts": server,
    "client.ts": client,
    "task.ts": task,
    "workers.ts": workers,
    "prepare.ts": prepare,
  },
});
