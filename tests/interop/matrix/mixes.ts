/** The mixes of our parts and official ones, each without TLS, with TLS on all listeners, and with node keys. */
import { assertStringIncludes } from "@std/assert";
import { type AppRun, Federation, type NodeSetting, type Security } from "../federation.ts";
import type { Maker, Stage } from "../harness.ts";
import { hasRelease } from "../releases.ts";
import { type MixRow, RELEASES, RELEASES_ROW } from "./rows.ts";
import type { Subset, Trial } from "./trial.ts";

const SECURITIES = ["plain", "tls", "auth"] as const satisfies Security[];

type Play = (stage: Stage, security: Security) => Promise<void>;

/** How each row but that of the releases is played, and with what security in the fast subset. */
const PLAYS: Readonly<Record<Exclude<MixRow, typeof RELEASES_ROW>, { play: Play; fast?: Security }>> = {
  "1": { play: officialAround, fast: "auth" },
  "2": { play: ours, fast: "plain" },
  "3": { play: officialSuperLink, fast: "auth" },
  "4": { play: bothLanguages, fast: "tls" },
  "5": { play: apart, fast: "tls" },
  "5 TypeScript": { play: typescriptAtTheirs },
};

/** All mixes with all securities. The fast subset tries the oldest and the newest release at hand. */
export function mixTrials(subset: Subset): Trial[] {
  const rows = Object.entries(PLAYS);
  return [
    ...rows.flatMap(([row, { play, fast }]) =>
      SECURITIES.map((security): Trial => ({
        row,
        column: security,
        fast: security === fast,
        run: (stage) => play(stage, security),
      }))
    ),
    ...releaseTrials(subset),
  ];
}

function releaseTrials(subset: Subset): Trial[] {
  const present = RELEASES.filter(hasRelease);
  const ends = present.filter((_, at) => at === 0 || at === present.length - 1);
  const releases: readonly string[] = subset === "fast" ? ends : present;
  const missing = RELEASES.filter((release) => !releases.includes(release));
  return SECURITIES.map((security): Trial => ({
    row: RELEASES_ROW,
    column: security,
    fast: security === "auth",
    releases,
    missing,
    run: (stage) => manyReleases(stage, { security, releases }),
  }));
}

async function officialAround(stage: Stage, security: Security): Promise<void> {
  const federation = await Federation.start(stage, { superlink: "ours", security, isolation: "process" });
  await federation.addSuperExec("official");
  const isolation = "subprocess";
  await addNodes(federation, "ours", [
    { maker: "official", partition: 0, isolation },
    { maker: "official", partition: 1, isolation },
  ]);
  await federation.succeed({ cli: "ours", app: "python", host: "localhost" });
}

async function ours(stage: Stage, security: Security): Promise<void> {
  const federation = await Federation.start(stage, { superlink: "ours", security });
  await addNodes(federation, "official", [{ maker: "ours", partition: 0 }, { maker: "ours", partition: 1 }]);
  await federation.succeed({ cli: "official", app: "python", host: "localhost", rounds: 1 });
  await federation.succeed({ cli: "ours", app: "typescript" });
}

async function officialSuperLink(stage: Stage, security: Security): Promise<void> {
  const federation = await Federation.start(stage, { superlink: "official", security, isolation: "process" });
  const superexec = await federation.addSuperExec("ours");
  const isolation = "subprocess";
  await addNodes(federation, "ours", [
    { maker: "ours", partition: 0, isolation },
    { maker: "ours", partition: 1, isolation },
  ]);
  await federation.succeed({ cli: "ours", app: "python", rounds: 1 });
  await federation.succeed({ cli: "official", app: "python", rounds: 1, host: "localhost" });
  await superexec.stop();
  await federation.addSuperExec("ours", { runtime: "typescript" });
  await federation.succeed({ cli: "ours", app: "typescript", host: "localhost", rounds: 1 });
}

/** The Python node has three of four examples. */
async function bothLanguages(stage: Stage, security: Security): Promise<void> {
  const federation = await Federation.start(stage, { superlink: "ours", security, isolation: "process" });
  const isolation = "subprocess";
  await addNodes(federation, "ours", [
    { maker: "ours", partition: 0, isolation },
    { maker: "official", partition: 1, isolation },
  ]);
  for (const [maker, language] of [["official", "Python"], ["ours", "TypeScript"]] as const) {
    const superexec = await federation.addSuperExec(maker);
    const run = await federation.succeed({ cli: "ours", app: "mixed", rounds: 1 });
    assertStringIncludes(said(run), `Led in ${language}; share of the examples in TypeScript: 0.25`);
    await superexec.stop();
  }
}

async function apart(stage: Stage, security: Security): Promise<void> {
  const federation = await Federation.start(stage, { superlink: "ours", security, isolation: "process" });
  await federation.addSuperExec("official");
  const nodes: NodeSetting[] = [{ maker: "ours", partition: 0 }, { maker: "official", partition: 1 }];
  const [atOurs, atTheirs] = await addNodes(federation, "official", nodes);
  await federation.addSuperExec("official", { clientAppIo: atOurs });
  await federation.addSuperExec("ours", { clientAppIo: atTheirs });
  await federation.succeed({ cli: "official", app: "python", rounds: 1 });
}

async function typescriptAtTheirs(stage: Stage, security: Security): Promise<void> {
  const federation = await Federation.start(stage, { superlink: "official", security, isolation: "process" });
  await federation.addSuperExec("ours", { runtime: "typescript" });
  const nodes: NodeSetting[] = [{ maker: "official", partition: 0 }, { maker: "official", partition: 1 }];
  for (const clientAppIo of await addNodes(federation, "ours", nodes)) {
    await federation.addSuperExec("ours", { clientAppIo, runtime: "typescript" });
  }
  await federation.succeed({ cli: "ours", app: "typescript", rounds: 1 });
}

async function manyReleases(
  stage: Stage,
  { security, releases }: { security: Security; releases: readonly string[] },
): Promise<void> {
  // With one release alone the second node is the peer's.
  const nodes = [...releases, ...releases.length === 1 ? [undefined] : []].map(
    (release, partition): NodeSetting => ({ maker: "official", partition, release }),
  );
  const federation = await Federation.start(stage, { superlink: "ours", security, partitions: nodes.length });
  await addNodes(federation, "ours", nodes);
  const config = `min-nodes=${nodes.length}`;
  const run = await federation.succeed({ cli: "ours", app: "python", rounds: 1, config, timeoutMs: 300_000 });
  // The strategy says how many answered each of its two questions.
  assertStringIncludes(said(run), `Received ${nodes.length} results and 0 failures`);
}

/** Starts SuperNodes, registered if they must be. @returns the addresses of their ClientAppIo */
async function addNodes(
  federation: Federation,
  cli: Maker,
  nodes: readonly NodeSetting[],
): Promise<string[]> {
  if (federation.setting.security === "auth") {
    for (const { partition } of nodes) await federation.register(cli, partition);
  }
  return await Promise.all(
    nodes.map((node) =>
      federation.addNode({ host: node.partition % 2 ? "127.0.0.1" : "localhost", ...node })
    ),
  );
}

function said({ stdout, stderr }: AppRun): string {
  return stdout + stderr;
}
