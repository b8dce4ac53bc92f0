import { assertEquals } from "@std/assert";
import { formatTranscript, parseTranscript, type Step } from "./transcript.ts";
import { World } from "./world.ts";

/*
 * Each .txt file here is a transcript of command lines. After a change that is meant, write them anew and look at
 * the difference: deno test -A tests/scripts -- --rewrite
 */
const rewrite = Deno.args.includes("--rewrite");
const here = new URL("./", import.meta.url);

for (const { name } of [...Deno.readDirSync(here)].filter((entry) => entry.name.endsWith(".txt"))) {
  Deno.test(`the transcript ${name} holds`, async () => {
    const file = new URL(name, here);
    const before = await Deno.readTextFile(file);
    const transcript = parseTranscript(before);
    const world = await World.make(transcript.files);
    const steps: Step[] = [];
    try {
      for (const step of transcript.steps) {
        if (step.kind === "event") await world.event(step.words);
        steps.push(step.kind === "command" ? { ...step, outcome: await world.command(step.words) } : step);
      }
    } finally {
      await world.end();
    }
    const after = formatTranscript({ ...transcript, steps });
    if (rewrite) await Deno.writeTextFile(file, after);
    else assertEquals(after, before);
  });
}
