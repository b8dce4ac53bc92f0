/** The Python app that `flwr new` makes, in the official peer's hands. */
import { assertEquals } from "@std/assert";
import { run } from "../../cli/run.ts";
import { fakeEnv } from "../fakes/env.ts";

const peer = Deno.env.get("COROLLA_PEER");
if (!peer) throw new Error("Cannot try the official flwr: COROLLA_PEER must name its bin folder");

/** Trains and evaluates as the ClientApp does, with the peer's own records between. */
const USE = `
from types import SimpleNamespace
from flwr.app import ArrayRecord
from flwr.clientapp import ClientApp
from flwr.serverapp import ServerApp
from fresh_app import client_app, server_app, task
assert isinstance(client_app.app, ClientApp) and isinstance(server_app.app, ServerApp)
training, testing = task.load_examples(SimpleNamespace(node_config={"partition-id": 1}, node_id=5))
model, loss = task.train(ArrayRecord(task.new_model()).to_numpy_ndarrays(), training, epochs=3, lr=0.05)
print(task.evaluate(model, testing)[1] > 0.9)
`;

Deno.test("a new Python app: the official flwr builds the same bytes of it, and its parts load and learn", async () => {
  const root = await Deno.makeTempDir();
  const ours = fakeEnv({ cwd: root });
  assertEquals(await run(["flwr", "new", "fresh", "--template", "python", "--publisher", "acme"], ours), 0);
  const built = fakeEnv({ cwd: `${root}/fresh` });
  assertEquals(await run(["flwr", "build"], built), 0);
  const env = { FLWR_HOME: `${root}/home`, FLWR_TELEMETRY_ENABLED: "0", FLWR_DISABLE_UPDATE_CHECK: "1" };
  const theirs = await new Deno.Command(`${peer}/flwr`, {
    args: ["build", "--app", "fresh"],
    cwd: root,
    env,
  }).output();
  assertEquals(theirs.code, 0, new TextDecoder().decode(theirs.stderr));
  const [name] = /acme\.fresh\.1-0-0\.[0-9a-f]{8}\.fab/.exec(built.out())!;
  assertEquals(await Deno.readFile(`${root}/fresh/${name}`), await Deno.readFile(`${root}/${name}`));

  const used = await new Deno.Command(`${peer}/python`, { args: ["-c", USE], cwd: `${root}/fresh`, env })
    .output();
  assertEquals(new TextDecoder().decode(used.stdout), "True\n", new TextDecoder().decode(used.stderr));
  await Deno.remove(root, { recursive: true });
});
