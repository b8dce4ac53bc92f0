import { assertEquals } from "@std/assert";
import { bothPlans, fenceFlags, type FencePlan } from "./fence_plan.ts";

const NOTHING: FencePlan = { read: [], execute: [], write: [], devices: [], ports: [], datagrams: false };

Deno.test("fence plan: each thing that is let through has a flag, and nothing else has", () => {
  assertEquals(fenceFlags(NOTHING), []);
  const plan: FencePlan = {
    read: ["/a", "/with space"],
    execute: ["/bin/x"],
    write: ["/w"],
    devices: ["/dev/nvidia0"],
    ports: [9094, 443],
    datagrams: true,
  };
  assertEquals(fenceFlags(plan), [
    ...["--read", "/a", "--read", "/with space", "--execute", "/bin/x", "--write", "/w"],
    ...["--device", "/dev/nvidia0", "--connect", "9094", "--connect", "443", "--datagrams"],
  ]);
  assertEquals(fenceFlags({ ...NOTHING, ports: "any" }), ["--connect", "any"]);
});

Deno.test("fence plan: two plans together let through what either does, once", () => {
  const one = { ...NOTHING, read: ["/a"], ports: [1] };
  assertEquals(bothPlans(one, { read: ["/a", "/b"], write: ["/w"], ports: [1, 2] }), {
    ...NOTHING,
    read: ["/a", "/b"],
    write: ["/w"],
    ports: [1, 2],
  });
  assertEquals(bothPlans(one, { ports: "any" }).ports, "any");
  assertEquals(bothPlans({ ...one, ports: "any" }, { ports: [1] }).ports, "any");
  assertEquals(bothPlans({ ...one, datagrams: true }, {}).datagrams, true);
});
