import { assertEquals, assertThrows } from "@std/assert";
import { isTypeScriptComponent } from "../model/app_component.ts";
import { ComponentError, parseComponent } from "./component.ts";
import { moduleUrl } from "./stage.ts";

const good: [reference: string, modulePath: string, attribute: string][] = [
  ["./server.ts:app", "server.ts", "app"],
  ["server.ts:app", "server.ts", "app"],
  ["./src/parts/client.mjs:theApp", "src/parts/client.mjs", "theApp"],
];
for (const [reference, modulePath, attribute] of good) {
  Deno.test(`component ${reference}`, () =>
    assertEquals(parseComponent(reference), { modulePath, attribute }));
}

const bad: [reference: string, text: string][] = [
  ["server.ts", 'must read "./module.ts:name"'],
  [":app", 'must read "./module.ts:name"'],
  ["./server.ts:", 'must read "./module.ts:name"'],
  ["package.server:app", "must end in .ts, .mts, .js or .mjs"],
  ["../other/server.ts:app", "must stay inside"],
  ["./a/../../server.ts:app", "must stay inside"],
  ["/etc/server.ts:app", "must stay inside"],
  ["./a%2e%2e/server.ts:app", "must stay inside"],
  ["https://host/server.ts?x:app", "must end in"],
];
for (const [reference, text] of bad) {
  Deno.test(`component ${reference} is refused`, () => {
    assertThrows(() => parseComponent(reference), ComponentError, text);
  });
}

Deno.test("a module's ending tells TypeScript from Python", () => {
  assertEquals(isTypeScriptComponent("./client.ts:app"), true);
  assertEquals(isTypeScriptComponent("demo.client_app:app"), false);
});

const urls: [folder: string, url: string][] = [
  ["/home/me/apps/a.b.1", "file:///home/me/apps/a.b.1/server.ts"],
  ["/home/my apps/50%", "file:///home/my%20apps/50%25/server.ts"],
  ["C:\\Users\\me\\apps", "file:///C:/Users/me/apps/server.ts"],
];
for (const [folder, url] of urls) {
  Deno.test(`a module in ${folder}`, () =>
    assertEquals(moduleUrl({ folder, config: new Map() }, "server.ts"), url));
}
