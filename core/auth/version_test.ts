import { assertEquals, assertThrows } from "@std/assert";
import { Metadata } from "../rpc/metadata.ts";
import { RpcError } from "../rpc/status.ts";
import { serverAppIo } from "../wire/methods.ts";
import { checkVersion, versionHeaders } from "./version.ts";

const NAMES = ["flwr-package-name", "flwr-package-version", "flwr-component-name"] as const;

function headers(...values: (string | undefined)[]): Metadata {
  return new Metadata(
    NAMES.flatMap((name, index) => values[index] === undefined ? [] : [[name, values[index]!] as const]),
  );
}

function problem(metadata: Metadata): string {
  const { code, details } = assertThrows(() => checkVersion(metadata, "SuperLink"), RpcError);
  assertEquals(code, "FAILED_PRECONDITION");
  const parsed = JSON.parse(details);
  assertEquals(Object.keys(parsed), ["code", "public_message", "public_details"]);
  assertEquals([parsed.code, parsed.public_message], [1001, "Runtime version compatibility check failed."]);
  return parsed.public_details;
}

Deno.test("version: what we say of ourselves is accepted by ourselves", async () => {
  const ours = await versionHeaders("SuperExec")({
    method: serverAppIo.ClaimTask,
    requestBytes: new Uint8Array(),
  });
  assertEquals([...ours].map(([, value]) => value), ["flwr", "1.32.1", "SuperExec"]);
  checkVersion(ours, "SuperNode");
});

Deno.test("version: a peer that says nothing is accepted", () => checkVersion(new Metadata(), "SuperLink"));

for (
  const version of [
    "1.32.0",
    "1.32",
    "1.32.9.dev20260101",
    "1.32.1rc1",
    "v1.32.0",
    "1.32.1+local.1",
    "1.32.post2",
    " 1.32.1 ",
    "01.032.0",
  ]
) {
  Deno.test(`version: ${version} fits`, () => {
    checkVersion(headers("flwr", version, "SuperExec"), "SuperLink");
    checkVersion(headers("flwr-nightly", version, "SuperExec"), "SuperLink");
  });
}

for (const version of ["1.31.9", "1.33.0", "2.32.1", "1", "0.32", "1!2.0"]) {
  Deno.test(`version: ${version} does not fit`, () => {
    assertEquals(
      problem(headers("flwr", version, "flwr-serverapp")),
      "SuperLink version 1.32.1 detected a runtime version mismatch: expected a peer from the same major.minor " +
        `release, but received flwr-serverapp version ${version}.`,
    );
  });
}

for (const version of ["latest", "1.x", "1..32", "1.32.1-", "1.32.1 beta 2 x", "-1.32"]) {
  Deno.test(`version: "${version}" is no version`, () => {
    const expected = `Peer Flower version metadata cannot be parsed: '${version}'.`;
    assertEquals(problem(headers("flwr", version, "SuperExec")), expected);
  });
}

Deno.test("version: an unknown package is refused", () => {
  const expected = "Peer Flower package name is not recognized: 'flower-ts'.";
  assertEquals(problem(headers("flower-ts", "1.32.1", "SuperExec")), expected);
});

Deno.test("version: part of the headers is worse than none", () => {
  const whole = ["flwr", "1.32.1", "SuperExec"];
  NAMES.forEach((name, index) => {
    const told = (what: string) => `Invalid Flower runtime metadata: Metadata key '${name}' ${what}.`;
    const withValue = (other?: string) =>
      problem(headers(...whole.map((value, at) => at === index ? other : value)));
    assertEquals(withValue(undefined), told("is missing"));
    assertEquals(withValue(""), told("has an empty value"));
    const twice = told("has duplicate values");
    assertEquals(problem(headers(...whole).append(name, whole[index])), twice);
    // As some transports hand over two values.
    assertEquals(withValue(`${whole[index]}, ${whole[index]}`), twice);
  });
});
