import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { UserError } from "../output.ts";
import { choice, number, parseFlags, text, textOr, texts, toggle, UsageError } from "./flags.ts";

const table = {
  insecure: toggle({ help: "" }),
  database: text({ placeholder: "PATH", help: "" }),
  "fleet-api-address": textOr("0.0.0.0:9092", { placeholder: "ADDRESS", help: "" }),
  "fleet-api-type": choice(["grpc-rere", "rest"], { help: "" }),
  format: choice(["default", "json"], { help: "", default: "default", anyCase: true }),
  "run-config": texts({ short: "c", placeholder: "CONFIG", help: "" }),
  limit: number({ placeholder: "N", min: 1, help: "" }),
  wait: number({ placeholder: "S", min: 0, fraction: true, help: "" }),
  verbose: toggle({ short: "v", help: "" }),
  "control-api-address": text({ placeholder: "A", aliases: ["exec-api-address"], help: "" }),
  executor: text({
    placeholder: "X",
    help: "",
    refused: "Flower has removed it. Use flower-superexec instead",
  }),
};

const nothing = {
  insecure: false,
  database: undefined,
  "fleet-api-address": "0.0.0.0:9092",
  "fleet-api-type": undefined,
  format: "default",
  "run-config": [],
  limit: undefined,
  wait: undefined,
  verbose: false,
  "control-api-address": undefined,
  executor: undefined,
};

const understood: [string, string[], object, string[]?][] = [
  ["nothing", [], {}],
  ["a switch", ["--insecure"], { insecure: true }],
  ["a value behind a blank", ["--database", "x.db"], { database: "x.db" }],
  ["a value behind =", ["--database=x.db"], { database: "x.db" }],
  ["an empty value", ["--database="], { database: "" }],
  ["a value with = in it", ["--database=a=b"], { database: "a=b" }],
  ["a value of several lines", ["--database", "a\nb"], { database: "a\nb" }],
  ["the last of two", ["--database", "a", "--database=b"], { database: "b" }],
  ["a beginning that only one flag has", ["--data", "x"], { database: "x" }],
  ["a beginning that is also a flag's whole name", ["--format", "json"], { format: "json" }],
  ["a choice in other case", ["--format", "JSON"], { format: "json" }],
  ["a list in its order", ["-c", "a=1", "--run-config=b=2", "-cc=3"], {
    "run-config": ["a=1", "b=2", "c=3"],
  }],
  ["a letter", ["-v"], { verbose: true }],
  ["a number", ["--limit", "10"], { limit: 10 }],
  ["a fraction", ["--wait", "1.5"], { wait: 1.5 }],
  ["another name", ["--exec-api-address", "a:1"], { "control-api-address": "a:1" }],
  ["words between flags", ["a", "--insecure", "b"], { insecure: true }, ["a", "b"]],
  ["a word like a large number as it is", ["16901547746574173273"], {}, ["16901547746574173273"]],
  ["a number below zero as a word", ["-5"], {}, ["-5"]],
  ["words behind --", ["--insecure", "--", "--verbose", "-c"], { insecure: true }, ["--verbose", "-c"]],
];

for (const [name, args, flags, words] of understood) {
  Deno.test(`a command line is read: ${name}`, () => {
    assertEquals(parseFlags(args, table), { flags: { ...nothing, ...flags }, words: words ?? [] } as never);
  });
}

const refused: [string, string[], string, string?][] = [
  [
    "a flag that is not there",
    ["--databas3", "x"],
    "There is no flag --databas3",
    "Did you mean --database?",
  ],
  ["a letter that is not there", ["-x"], "There is no flag -x"],
  ["a beginning of several", ["--fleet-api", "x"], "--fleet-api-address, --fleet-api-type"],
  ["a value that is missing", ["--database"], "Cannot use --database alone: it needs a value"],
  ["a flag where a value should be", ["--database", "--insecure"], "Cannot use --database alone"],
  ["a value for a switch", ["--insecure=yes"], "Cannot give --insecure a value"],
  ["a choice that there is not", ["--format", "xml"], "Cannot use --format xml: it must be default or json"],
  ["a choice in the wrong case", ["--fleet-api-type", "REST"], "it must be grpc-rere or rest"],
  [
    "text for a number",
    ["--limit", "ten"],
    "Cannot use --limit ten: it must be a whole number of at least 1",
  ],
  ["a number that is too small", ["--limit", "0"], "at least 1"],
  ["a fraction for a whole number", ["--limit", "1.5"], "whole number"],
];

for (const [name, args, message, hint] of refused) {
  Deno.test(`a command line is refused: ${name}`, () => {
    const error = assertThrows(() => parseFlags(args, table), UsageError, message);
    assertEquals(error.hint, hint);
    assertEquals(error.exitStatus, 2);
  });
}

Deno.test("a flag that is gone says what to use instead, as a mistake of use but not of spelling", () => {
  const error = assertThrows(() => parseFlags(["--executor", "x"], table), UserError, "flower-superexec");
  assertEquals(error.exitStatus, 1);
});

Deno.test("any text reaches its flag as it was typed, in either spelling", () => {
  fc.assert(fc.property(fc.string(), (value) => {
    assertEquals(parseFlags([`--database=${value}`], table).flags.database, value);
    fc.pre(!/^-[^\d.]/.test(value));
    assertEquals(parseFlags(["--database", value], table).flags.database, value);
  }));
});
