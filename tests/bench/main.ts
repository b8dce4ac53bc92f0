/**
 * `deno task bench [small] [rounds] [peers] [fleet] [restart] [fold] [large] [--full]`: timings and memory beside the official programs, in one run.
 * See README.md in this folder for how to read them.
 */
import { renderTable } from "../../cli/table.ts";
import { type Maker, peerFolder } from "../interop/harness.ts";
import { type Folded, measureFold } from "./fold.ts";
import { megabytes } from "./memory.ts";
import { type FleetMeasured, idleFleet, returningFleet } from "./fleet.ts";
import { idleMegabytes, secondsToHelp } from "./idle.ts";
import { measure, type Measured, type Scene } from "./scene.ts";

const wide = {
  columns: 120,
  isTerminal: { stdin: false, stdout: false, stderr: false },
  get: () => undefined,
};
const results: Record<string, unknown>[] = [];

function table(title: string, head: string[], rows: string[][]) {
  console.log(renderTable({ title, head, rows }, wide));
}

/** Measures both makers in turn, so that a slow machine is slow for both. */
async function both(scene: Omit<Scene, "maker">): Promise<Record<Maker, Measured>> {
  const ours = await measure({ ...scene, maker: "ours" });
  const official = await measure({ ...scene, maker: "official" });
  results.push({ scene, ours, official });
  return { ours, official };
}

const s = (seconds: number) => `${seconds.toFixed(2)} s`;
const mb = (size: number) => `${size.toFixed(0)} MB`;
const ratio = (a: number, b: number) => (a / b).toFixed(3);

async function rounds() {
  const { ours, official } = await both({ security: "auth", elements: 1_000, rounds: 3 });
  table(
    "3 rounds, 2 nodes, 1,000 floats, TLS and node authentication",
    ["", "corolla", "official", "ratio"],
    [
      ["strategy", s(ours.strategyS), s(official.strategyS), ratio(ours.strategyS, official.strategyS)],
      ["flwr run --stream", s(ours.wallS), s(official.wallS), ratio(ours.wallS, official.wallS)],
    ],
  );
}

/** Each mix with Python apps beside the official programs alone, in one run. */
async function peers() {
  const scene: Omit<Scene, "maker"> = { security: "plain", elements: 1_000, rounds: 3, app: "python" };
  const official = await measure({ ...scene, maker: "official" });
  const rows = [["official", "official", s(official.strategyS), s(official.wallS), "1"]];
  for (const supernodes of ["official", "ours"] as const) {
    const mixed = await measure({ ...scene, maker: "ours", supernodes });
    results.push({ scene: { ...scene, supernodes }, mixed, official });
    const share = ratio(mixed.strategyS, official.strategyS);
    rows.push([
      "corolla",
      supernodes === "ours" ? "corolla" : supernodes,
      s(mixed.strategyS),
      s(mixed.wallS),
      share,
    ]);
  }
  table(
    "Python apps: 3 rounds, 2 nodes, 1,000 floats, no TLS",
    ["SuperLink", "SuperNodes", "strategy", "flwr run --stream", "strategy, ratio"],
    rows,
  );
}

async function large(full: boolean) {
  const rows: string[][] = [];
  for (const elements of full ? [25_000_000, 100_000_000] : [25_000_000]) {
    for (const security of ["plain", "tls"] as const) {
      for (const database of full ? ["disk", "memory"] as const : ["disk"] as const) {
        const { ours, official } = await both({ security, elements, rounds: 1, database });
        const name = `${elements / 1e6} M, ${security}, ${database}`;
        rows.push(
          [name, "corolla", s(ours.strategyS), mb(ours.superlinkMb), mb(ours.supernodeMb)],
          [name, "official", s(official.strategyS), mb(official.superlinkMb), mb(official.supernodeMb)],
        );
      }
    }
  }
  const head = ["Random float32", "", "strategy", "SuperLink, peak", "SuperNode, peak"];
  table("A large model, 2 nodes, 1 train and 1 evaluate round", head, rows);
}

const ms = (time: number) => `${time.toFixed(0)} ms`;

async function fleet() {
  const rows: string[][] = [];
  for (const maker of ["ours", "official"] as const) {
    const scene = { maker, security: "plain", nodes: 1_000, secs: 35 } as const;
    const measured = await idleFleet(scene);
    results.push({ scene: { name: "fleet", ...scene }, measured });
    rows.push([maker === "ours" ? "corolla" : "official", ...fleetCells(measured)]);
  }
  const head = ["", "in", "heartbeat, middle", "p99", "slowest", "SuperLink, peak", "cores taken"];
  table("1,000 SuperNodes without work, no TLS", head, rows);
}

function fleetCells({ connected, heartbeat, superlinkMb, load }: FleetMeasured): string[] {
  const { p50_ms, p99_ms, max_ms } = heartbeat;
  return [`${connected}`, ms(p50_ms), ms(p99_ms), ms(max_ms), mb(superlinkMb), load.toFixed(2)];
}

async function restart() {
  const scene = { maker: "ours", security: "tls", nodes: 5_000, secs: 10, resignS: 240 } as const;
  const measured = await returningFleet(scene);
  results.push({ scene: { name: "restart", ...scene }, measured });
  const { joinS, backS, connected, superlinkMb } = measured;
  table(
    "5,000 SuperNodes with TLS; the SuperLink is killed and started again",
    ["", "first all in", "all back", "in at the end", "SuperLink, peak"],
    [["corolla", s(joinS), s(backS), `${connected}`, mb(superlinkMb)]],
  );
}

async function fold() {
  const size = { replies: 100, parameters: 10_000_000 };
  const { ours, official } = await measureFold(size, peerFolder());
  results.push({ scene: { name: "fold", ...size }, ours, official });
  const cells = ({ seconds, peakMb }: Folded) => [s(seconds), mb(peakMb)];
  table("FedAvg of 100 replies of 10 M float32", ["", "time", "peak"], [
    ["corolla", ...cells(ours)],
    ["official", ...cells(official)],
    ["ratio", ratio(ours.seconds, official.seconds), ratio(ours.peakMb, official.peakMb)],
  ]);
}

async function small() {
  const rows = [];
  for (const maker of ["ours", "official"] as const) {
    const idle = await idleMegabytes(maker, megabytes);
    const help = await secondsToHelp(maker);
    results.push({ scene: "small", maker, idle, help });
    rows.push([maker === "ours" ? "corolla" : "official", mb(idle), s(help)]);
  }
  table("Doing nothing", ["", "idle SuperLink", "superlink --help"], rows);
}

const words = Deno.args.filter((word) => !word.startsWith("-"));
const wanted = (name: string) => words.length === 0 || words.includes(name);
if (wanted("small")) await small();
if (wanted("rounds")) await rounds();
if (wanted("peers")) await peers();
if (wanted("fleet")) await fleet();
if (wanted("restart")) await restart();
if (wanted("fold")) await fold();
if (wanted("large")) await large(Deno.args.includes("--full"));
await Deno.mkdir("bench-results", { recursive: true });
await Deno.writeTextFile("bench-results/latest.json", JSON.stringify(results, null, 2) + "\n");
console.log("All figures are in bench-results/latest.json");
