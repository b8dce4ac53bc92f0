import { doTheirWorst } from "../confinement/hostile_world.ts";
import { binary, isLinux } from "./binary.ts";

Deno.test({
  name: "compiled: apps that do their worst, behind the kernel's fence",
  ignore: !isLinux,
}, (t) => doTheirWorst(t, binary));
