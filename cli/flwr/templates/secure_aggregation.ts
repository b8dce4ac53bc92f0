import client from "../../../examples/secure_aggregation/client.ts" with { type: "text" };
import project from "../../../examples/secure_aggregation/pyproject.toml" with { type: "text" };
import readme from "../../../examples/secure_aggregation/README.md" with { type: "text" };
import server from "../../../examples/secure_aggregation/server_app.py" with { type: "text" };
import { exampleFiles } from "./example_files.ts";

/** The files of a new app whose nodes show the server their sum only. */
export const secureAggregation = exampleFiles({
  project,
  files: { "README.md": readme, "server_app.py": server, "client.ts": client },
});
