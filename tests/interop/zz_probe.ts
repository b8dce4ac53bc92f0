import { Federation } from "./federation.ts";
import { onStage } from "./harness.ts";
let most: Record<string, number> = {};
const timer = setInterval(() => {
  for (const { name } of Deno.readDirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const cmd = Deno.readTextFileSync(`/proc/${name}/cmdline`).replaceAll("\0", " ");
      if (!/flwr-serverapp|flwr-clientapp/.test(cmd)) continue;
      const kind = cmd.includes("flwr-serverapp") ? "server" : "client";
      most[kind + name] = Number(/VmHWM:\s+(\d+)/.exec(Deno.readTextFileSync(`/proc/${name}/status`))?.[1]) / 1024;
    } catch { /**/ }
  }
}, 200);
await onStage(async (stage) => {
  const federation = await Federation.start(stage, { superlink: "ours", security: "plain", partitions: 4 });
  for (const partition of [0, 1, 2, 3]) await federation.addNode({ maker: "ours", partition });
  const ended = await federation.flwr("ours", ["run", "/tmp/big_app", "test", "--stream"], { timeoutMs: 200_000 });
  console.log(ended.code, ended.stdout.slice(-700), ended.stderr.slice(-300));
});
clearInterval(timer);
console.log(most);
