import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { createHash } from "node:crypto";
import fc from "fast-check";
import { vectorPath, vectors } from "../../proto/vectors.ts";
import { KeyListError, readKeyList } from "./key_list.ts";

const read = (name: string) => Deno.readTextFileSync(vectorPath(`keys/${name}`));
const names = ["client_credentials_1", "client_credentials_2"];
const [first, second] = names.map((name) => read(`${name}.pub`).trim().split(" ").slice(0, 2).join(" "));
const pems = names.map((name) => read(`${name}.spki.pem`));
const [p256, p521] = ["client_p256", "client_p521"].map((name) => read(`${name}.pub`).trim());

async function keysIn(csv: string | Uint8Array, curve?: "P-384"): Promise<string[]> {
  const content = typeof csv === "string" ? new TextEncoder().encode(csv) : csv;
  const keys = await readKeyList(content, { path: "keys.csv", curve });
  return keys.map((key) => new TextDecoder().decode(key));
}

const understood: [string, string, string[]][] = [
  ["one row", `${first},${second}\n`, pems],
  ["one key a row", `${first}\n${second}\n`, pems],
  ["Windows line ends and no last one", `${first}\r\n${second}`, pems],
  ["old Macintosh line ends", `${first}\r${second}\r`, pems],
  ["quoted cells", `"${first}","${second}"`, pems],
  ["quoted cells with blanks around", ` "${first}" , "${second}" `, pems],
  ["the same key twice", `${first},${first} again`, pems.slice(0, 1)],
  ["blanks around, an empty cell and empty rows", `\n ${first} , ,\n \t \n\n${second},\n`, pems],
  ["tabs between the words", `${first.replace(" ", "\t")}`, pems.slice(0, 1)],
  ["a byte order mark", `\ufeff${first}`, pems.slice(0, 1)],
  ["comments behind keys", `${first} ann's "big" laptop,${second} bob@site\n`, pems],
  ["a comment with a comma in a quoted cell", `"${first} site 1, room 2",${second}`, pems],
  ["rows of comments", `# nodes of site 1, and more\n${first}\n  # site 2\n${second}`, pems],
  ["the file that comes with the vectors", read("client_public_keys.csv"), pems],
  ["nothing", "", []],
];
for (const [name, csv, expected] of understood) {
  Deno.test(`a list of keys is read: ${name}`, async () => {
    assertEquals(await keysIn(csv), expected);
  });
}

Deno.test("a list of keys is read: UTF-16 as PowerShell writes it", async () => {
  const text = `\ufeff${first}\r\n${second}\r\n`;
  const bytes = new Uint8Array(
    [...text].flatMap((char) => [char.charCodeAt(0) & 0xff, char.charCodeAt(0) >> 8]),
  );
  assertEquals(await keysIn(bytes), pems);
});

Deno.test("a list of keys is read: every curve", async () => {
  assertEquals((await keysIn(`${p256},${first}\n${p521}`)).length, 3);
});

const refused: [string, string, string][] = [
  ["a word", `${first},not a key`, `"row 1 of keys.csv" as a node's public key must be in OpenSSH's format`],
  ["another kind", `${first}\n\n${read("client_ed25519.pub")}`, `"row 3 of keys.csv"`],
  ["a comment with a comma", `${first} site 1, room 2`, `"row 1 of keys.csv"`],
  [
    "a key cut short",
    `${first}\n${second.slice(0, -40)}`,
    `"row 2 of keys.csv" as a node's public key must be whole`,
  ],
  ["a quotation mark that joins two keys", `${first}\n"${first},${second}`, `"row 2 of keys.csv"`],
  ["a private key", read("client_credentials_1"), `"row 1 of keys.csv"`],
  ["a PEM key", pems[0], `"row 1 of keys.csv"`],
  ["zeros", "\0\0\0\0", `"row 1 of keys.csv"`],
];
for (const [name, csv, expected] of refused) {
  Deno.test(`a list of keys is refused with its row: ${name}`, async () => {
    const error = await assertRejects(() => keysIn(csv), KeyListError);
    assertStringIncludes(error.message, expected);
    assertStringIncludes(error.hint, "corolla keys");
  });
}

const { hmac_1_14_0: { csv } } = await vectors<{
  hmac_1_14_0: { csv: { name: string; text: string; accepted: boolean; keys_sha256?: string[] }[] };
}>("auth.json");
for (const { name, text, accepted, keys_sha256 } of csv) {
  if (!accepted) continue;
  Deno.test(`a list of keys is read as Flower 1.14.0 does: ${name}`, async () => {
    const hashes = (await keysIn(text)).map((pem) => createHash("sha256").update(pem).digest("hex"));
    assertEquals(hashes.sort(), keys_sha256);
  });
}

Deno.test("a key on another curve than the SuperLink's is refused", async () => {
  assertEquals(await keysIn(first, "P-384"), pems.slice(0, 1));
  const error = await assertRejects(() => keysIn(`${first}\n${p256}`, "P-384"), KeyListError);
  assertStringIncludes(error.message, `"row 2 of keys.csv"`);
  assertStringIncludes(error.message, "the SuperLink's key, P-384: this one is on P-256");
});

Deno.test("whatever stands in a list, it is read or refused in words", async () => {
  const piece = fc.constantFrom(
    first,
    second,
    p256,
    `"`,
    ",",
    "\n",
    "\r",
    "#",
    " ",
    "\ufeff",
    "\0",
    "AAAA",
    "ssh",
  );
  const csv = fc.oneof(fc.array(piece).map((pieces) => pieces.join("")), fc.string());
  await fc.assert(fc.asyncProperty(csv, async (text) => {
    await keysIn(text).catch((error) => {
      if (!(error instanceof KeyListError)) throw error;
    });
  }));
});
