/**
 * `deno task bench [rounds] [large] [small] [--full]`: timings and memory beside the official programs, in one run.
 * See README.md in this folder for how to read them.
 */
import { renderTable } from "../../cli/table.ts";
import type { Maker } from "../interop/harness.ts";
import { megabytes } from "./memory.ts";
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

async function large(full: boolean) {
  const rows: string[][] = [];
  for (const elements of full ? [25_000_000, 100_000_000] : [25_000_000]) {
    for (const security of ["plain", "tls"] as const) {
      for (const database of full ? [undefined, ":flwr-in-memory:"] : [undefined]) {
        const { ours, official } = await both({ security, elements, rounds: 1, database });
        const name = `${elements / 1e6} M, ${security}${database ? ", in memory" : ""}`;
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
if (wanted("large")) await large(Deno.args.includes("--full"));
await Deno.mkdir("bench-results", { recursive: true });
await Deno.writeTextFile("bench-results/latest.json", JSON.stringify(results, null, 2) + "\n");
console.log("All figures are in bench-results/latest.json");
