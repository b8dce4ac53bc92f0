import client from "../../../examples/digits/client.ts" with { type: "text" };
import drawn from "../../../examples/digits/drawn.ts" with { type: "text" };
import mnistTypes from "../../../examples/digits/mnist.d.ts" with { type: "text" };
import model from "../../../examples/digits/model.ts" with { type: "text" };
import prepare from "../../../examples/digits/prepare.ts" with { type: "text" };
import project from "../../../examples/digits/pyproject.toml" with { type: "text" };
import readme from "../../../examples/digits/README.md" with { type: "text" };
import server from "../../../examples/digits/server.ts" with { type: "text" };
import { exampleFiles } from "./example_files.ts";

/** The files of a new app that reads handwritten digits. */
export const digits = exampleFiles({
  project,
  files: {
    "README.md": readme,
    "server.ts": server,
    "client.ts": client,
    "model.ts": model,
    "drawn.ts": drawn,
    "prepare.ts": prepare,
    "mnist.d.ts": mnistTypes,
  },
  scriptPackages: { mnist: "1.1.0" },
});
