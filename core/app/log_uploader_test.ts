import { assertEquals } from "@std/assert";
import { FakeClock, settled } from "../../tests/fakes/clock.ts";
import { LogUploader } from "./log_uploader.ts";

function uploader(push: (texts: readonly string[]) => Promise<void> = () => Promise.resolve()) {
  const clock = new FakeClock();
  const sent: string[][] = [];
  const logs = new LogUploader({
    clock,
    push: async (texts) => {
      sent.push([...texts]);
      await push(texts);
    },
  });
  return { clock, sent, logs };
}

Deno.test("what is printed within a fifth of a second goes together", async () => {
  const { clock, sent, logs } = uploader();
  logs.write("a\n");
  logs.write("b\n");
  await clock.advance(199);
  assertEquals(sent, []);
  await clock.advance(1);
  assertEquals(sent, [["a\n", "b\n"]]);
  logs.write("c\n");
  await clock.advance(200);
  assertEquals(sent, [["a\n", "b\n"], ["c\n"]]);
});

Deno.test("what is printed while a part is on its way follows in order", async () => {
  const first = Promise.withResolvers<void>();
  const { clock, sent, logs } = uploader(() => first.promise);
  logs.write("a\n");
  await clock.advance(200);
  logs.write("b\n");
  await clock.advance(1_000);
  assertEquals(sent, [["a\n"]]);
  first.resolve();
  await settled();
  await clock.advance(200);
  assertEquals(sent, [["a\n"], ["b\n"]]);
});

Deno.test("a flush does not wait for the time to pass, and leaves nothing behind", async () => {
  const { sent, logs } = uploader();
  logs.write("a\n");
  logs.write("b\n");
  await logs.flush();
  assertEquals(sent, [["a\n", "b\n"]]);
  await logs.flush();
  assertEquals(sent.length, 1);
});

Deno.test("lines that are refused are lost, and later ones still go", async () => {
  let refuse = true;
  const { clock, sent, logs } = uploader(() => refuse ? Promise.reject(new Error("no")) : Promise.resolve());
  logs.write("a\n");
  await clock.advance(200);
  refuse = false;
  logs.write("b\n");
  await clock.advance(200);
  assertEquals(sent, [["a\n"], ["b\n"]]);
});
