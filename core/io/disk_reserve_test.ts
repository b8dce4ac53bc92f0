import { assertEquals } from "@std/assert";
import { fileReserve } from "./disk_reserve.ts";

const SIZE_BYTES = 4 * 1024 * 1024;

Deno.test("a reserve takes room on the disk and gives it back", () => {
  const folder = Deno.makeTempDirSync();
  const path = `${folder}/reserve`;
  const reserve = fileReserve(path);
  assertEquals(reserve.release(), false);
  assertEquals([reserve.hold(), reserve.hold()], [true, true]);
  assertEquals(Deno.statSync(path).size, SIZE_BYTES);
  assertEquals([reserve.release(), reserve.release()], [true, false]);
  assertEquals([...Deno.readDirSync(folder)], []);
  Deno.removeSync(folder);
});

Deno.test("a reserve that a process before us left counts, a part of one does not", () => {
  const folder = Deno.makeTempDirSync();
  const path = `${folder}/reserve`;
  fileReserve(path).hold();
  assertEquals(fileReserve(path).release(), true);
  Deno.writeFileSync(path, new Uint8Array(10));
  assertEquals(fileReserve(path).hold(), true);
  assertEquals(Deno.statSync(path).size, SIZE_BYTES);
  Deno.removeSync(folder, { recursive: true });
});

Deno.test("where nothing can be written there is no reserve", () => {
  const folder = Deno.makeTempDirSync();
  const reserve = fileReserve(`${folder}/nowhere/reserve`);
  assertEquals([reserve.hold(), reserve.release()], [false, false]);
  Deno.removeSync(folder);
});
