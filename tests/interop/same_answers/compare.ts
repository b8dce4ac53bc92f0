/** What two makers' parts answered to the same calls, side by side. */
import { assert, assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";
import { peerFolder } from "../harness.ts";

/** One call and what came of it, without what differs from one part to another. */
export interface Step {
  readonly step: string;
  /** `Service.Method`. */
  readonly method: string;
  /** What was answered, or the status with its details. */
  readonly answer: { readonly status?: string; readonly details?: string };
}

/** Where answers differ on purpose, by step, and why. */
export type Differences = Readonly<Record<string, string>>;

const folder = fileURLToPath(new URL(".", import.meta.url));
const FAB = fileURLToPath(new URL("../../vectors/sample.fab", import.meta.url));

/** Makes the calls of a script to the services at these addresses. @throws {Error} when the script fails */
export async function answers(
  script: "superlink" | "supernode",
  { services, secret }: { services: Readonly<Record<string, string>>; secret: string },
): Promise<Step[]> {
  const command = new Deno.Command(`${peerFolder()}/python`, {
    args: [
      `${folder}${script}.py`,
      FAB,
      secret,
      ...Object.entries(services).map(([name, address]) => `${name}=${address}`),
    ],
    env: { PYTHONDONTWRITEBYTECODE: "1" },
  });
  const { code, stdout, stderr } = await command.output();
  const [said, complaints] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  assertEquals(code, 0, `${script}.py: ${said.slice(-500)}\n${complaints}`);
  return said.trimEnd().split("\n").map((line) => JSON.parse(line));
}

/**
 * Fails where answers differ and should not, or should and do not. Of statuses that say the same only the texts are
 * compared where clients can see them: what a runtime says about itself, `Exception calling application`, is not.
 */
export function assertSame(official: readonly Step[], ours: readonly Step[], differences: Differences): void {
  assertEquals(ours.map(({ step }) => step), official.map(({ step }) => step));
  const names = new Set(official.map(({ step }) => step));
  assertEquals(names.size, official.length, "two steps have the same name");
  const unheard = Object.keys(differences).filter((step) => !names.has(step));
  assertEquals(unheard, [], "differences of steps that there are not");
  const wrong = official.flatMap(({ step, method, answer }, index) => {
    const [theirs, mine] = [answer, ours[index].answer].map((answer) => JSON.stringify(comparable(answer)));
    if ((theirs === mine) !== (step in differences)) return [];
    const which = theirs === mine
      ? ["there is no difference any more"]
      : [`official ${theirs}`, `ours     ${mine}`];
    return [[`${method}, "${step}"`, ...which].join("\n  ")];
  });
  assert(wrong.length === 0, wrong.join("\n"));
}

/** Texts that no client could match on: they name the insides of one implementation. */
function comparable(answer: Step["answer"]): Step["answer"] {
  const { status, details = "" } = answer;
  const inside = /^Exception calling application: (?!Malformed)(.*)$/s;
  return status === "UNKNOWN" && inside.test(details)
    ? { status, details: "Exception calling application" }
    : answer;
}
