/** One run of an app, from `flwr run` to its result, with our parts and official ones in many mixes. */
import { Federation } from "./federation.ts";
import { play } from "./harness.ts";

play("our SuperLink with TLS and authentication; official SuperNodes and flwr", async (stage) => {
  const federation = await Federation.start(stage, { superlink: "ours", security: "auth" });
  for (const partition of [0, 1]) await federation.register("official", partition);
  await federation.addNode({ maker: "official", partition: 0, host: "localhost" });
  await federation.addNode({ maker: "official", partition: 1, host: "127.0.0.1" });
  await federation.succeed({ cli: "official", app: "python", host: "localhost" });
  await federation.succeed({ cli: "official", app: "python", host: "127.0.0.1", rounds: 1 });
});

play("our parts without TLS; a Python app", async (stage) => {
  const federation = await Federation.start(stage, { superlink: "ours", security: "plain" });
  for (const partition of [0, 1]) await federation.addNode({ maker: "ours", partition });
  await federation.succeed({ cli: "ours", app: "python" });
});

play("our parts with TLS and authentication; a TypeScript app, then a Python app", async (stage) => {
  const federation = await Federation.start(stage, { superlink: "ours", security: "auth" });
  for (const partition of [0, 1]) {
    await federation.register("ours", partition);
    await federation.addNode({ maker: "ours", partition, host: "localhost" });
  }
  await federation.succeed({ cli: "ours", app: "typescript" });
  await federation.succeed({ cli: "official", app: "python", rounds: 1 });
});

play("our SuperLink with TLS; one SuperNode of ours and an official one in the same run", async (stage) => {
  const federation = await Federation.start(stage, { superlink: "ours", security: "tls" });
  await federation.addNode({ maker: "ours", partition: 0 });
  await federation.addNode({ maker: "official", partition: 1 });
  await federation.succeed({ cli: "ours", app: "python", rounds: 1 });
});

play("an official SuperLink with TLS and authentication; our SuperNodes, flwr of both", async (stage) => {
  const federation = await Federation.start(stage, { superlink: "official", security: "auth" });
  await federation.register("ours", 0);
  await federation.register("official", 1);
  await federation.addNode({ maker: "ours", partition: 0, host: "localhost" });
  await federation.addNode({ maker: "ours", partition: 1, host: "127.0.0.1" });
  await federation.succeed({ cli: "ours", app: "python", rounds: 1, host: "localhost" });
  await federation.succeed({ cli: "official", app: "python", rounds: 1 });
});
