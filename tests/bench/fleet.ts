/** Thousands of SuperNodes that have nothing to do, played by tests/tools/fleetload. */
import { fileURLToPath } from "node:url";
import { linesOf } from "../../core/io/app_lines.ts";
import { Federation, type Security } from "../interop/federation.ts";
import { type Maker, Stage } from "../interop/harness.ts";
import { cpuSeconds, peakMegabytes } from "./memory.ts";

/** A fleet, and who it connects to. */
export interface FleetScene {
  readonly maker: Maker;
  readonly security: Exclude<Security, "auth">;
  readonly nodes: number;
  /** How long it stays once all are in, or in again, in seconds. */
  readonly secs: number;
  /** For how long a node shows the same signature again, in seconds; a new one with each call unless told. */
  readonly resignS?: number;
}

/** How long heartbeats took, in milliseconds. */
interface Latencies {
  readonly count: number;
  readonly p50_ms: number;
  readonly p99_ms: number;
  readonly max_ms: number;
}

/** What fleetload says at the end. */
interface End {
  /** Nodes that were in at the end. */
  readonly connected: number;
  /** Polls that the SuperLink held at the end. */
  readonly held: number;
  readonly errors: number;
  readonly first_error: string;
  readonly heartbeat: Latencies;
}

/** What came out. */
export interface FleetMeasured extends End {
  /** Until all had come for the first time. */
  readonly joinS: number;
  /** Peak memory of the SuperLink's processes. */
  readonly superlinkMb: number;
  /** The processor's time that the SuperLink took while all were in, in seconds a second. */
  readonly load: number;
}

/** What came out when the SuperLink was killed in between. */
export interface ReturnMeasured extends FleetMeasured {
  /** From the first lost connection until all were activated again. */
  readonly backS: number;
}

const PATIENCE_MS = 240_000;

/** SuperNodes that are idle on held polls; an official SuperLink does not hold them and is polled as usual. */
export async function idleFleet(scene: FleetScene): Promise<FleetMeasured> {
  return await onFleet({ ...scene, losses: 0 }, async ({ fleet, superlink }) => {
    const { join_s } = await fleet.tells("joined");
    const [pid, cpuAtJoin] = [superlink(), cpuSeconds(superlink())];
    const end = await fleet.tells("end") as unknown as End;
    const load = (cpuSeconds(pid) - cpuAtJoin) / scene.secs;
    return { ...end, joinS: join_s as number, superlinkMb: peakMegabytes(pid), load };
  });
}

/** The same; but the SuperLink is killed when all are in, and started again with the same state. */
export async function returningFleet(scene: FleetScene): Promise<ReturnMeasured> {
  return await onFleet({ ...scene, losses: 1 }, async ({ fleet, superlink, restart }) => {
    const { join_s } = await fleet.tells("joined");
    await restart();
    const { back_s } = await fleet.tells("back");
    const [pid, cpuAtReturn] = [superlink(), cpuSeconds(superlink())];
    const end = await fleet.tells("end") as unknown as End;
    const load = (cpuSeconds(pid) - cpuAtReturn) / scene.secs;
    const rest = { joinS: join_s as number, backS: back_s as number };
    return { ...end, ...rest, superlinkMb: peakMegabytes(pid), load };
  });
}

interface OnStage {
  readonly fleet: Fleet;
  /** The process id of the SuperLink. */
  superlink(): number;
  /** SIGKILL, and a new start. */
  restart(): Promise<void>;
}

async function onFleet<T>(
  scene: FleetScene & { losses: number },
  play: (on: OnStage) => Promise<T>,
): Promise<T> {
  const { maker, security, nodes, secs, losses, resignS = 0 } = scene;
  const stage = new Stage();
  let fleet: Fleet | undefined;
  try {
    const program = await buildFleetload(stage);
    const superlinkArgs = ["--database", stage.path("state.db")];
    const federation = await Federation.start(stage, {
      ...{ superlink: maker, security, isolation: "process", superlinkArgs },
    });
    const [, address] = await federation.says(/Starting Fleet API.* on (\S+)/);
    fleet = new Fleet(program, [
      ...["-mode", "hold", "-addr", address, "-nodes", `${nodes}`, "-secs", `${secs}`],
      ...security === "tls" ? ["-ca", stage.path("certificates/ca.crt")] : [],
      ...maker === "official" ? ["-hold-ms", "0"] : [],
      ...["-losses", `${losses}`, "-resign", `${resignS}s`],
    ]);
    let name = `superlink-${maker}`;
    const restart = async () => {
      await federation.restart();
      name = `superlink-${maker}-2`;
    };
    return await play({ fleet, superlink: () => stage.pid(name), restart });
  } catch (error) {
    await stage.clear();
    console.error(stage.tails());
    throw error;
  } finally {
    await fleet?.stop();
    await stage.clear();
    await Deno.remove(stage.folder, { recursive: true });
  }
}

async function buildFleetload(stage: Stage): Promise<string> {
  const program = stage.path("fleetload");
  const cwd = fileURLToPath(new URL("../tools/fleetload", import.meta.url));
  const { success, stderr } = await new Deno.Command("go", { args: ["build", "-o", program, "."], cwd })
    .output();
  if (success) return program;
  throw new Error(`Cannot build tests/tools/fleetload with Go: ${new TextDecoder().decode(stderr)}`);
}

type Fact = Record<string, unknown>;

/** A running fleetload. */
class Fleet {
  readonly #child: Deno.ChildProcess;
  readonly #facts: AsyncGenerator<string>;

  constructor(program: string, args: string[]) {
    this.#child = new Deno.Command(program, { args, stdin: "null", stdout: "piped", stderr: "inherit" })
      .spawn();
    this.#facts = linesOf(this.#child.stdout);
  }

  /** The next fact of this name. @throws {Error} when it ends without, or takes too long */
  async tells(event: string): Promise<Fact> {
    const late = setTimeout(() => this.#kill(), PATIENCE_MS);
    try {
      while (true) {
        const { value, done } = await this.#facts.next();
        if (done) throw new Error(`fleetload did not come to tell "${event}"`);
        const fact = JSON.parse(value) as Fact;
        if (fact.event === event) return fact;
        if (fact.event === "end") throw new Error(`fleetload ended without "${event}": ${value}`);
      }
    } finally {
      clearTimeout(late);
    }
  }

  async stop(): Promise<void> {
    this.#kill();
    await this.#facts.return(undefined);
    await this.#child.status;
  }

  #kill(): void {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended.
    }
  }
}
