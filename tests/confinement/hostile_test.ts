import { doTheirWorst } from "./hostile_world.ts";
import { fromSource } from "./program.ts";

Deno.test("confinement: apps that do their worst", (t) => doTheirWorst(t, fromSource));
