import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { X509Certificate } from "node:crypto";
import { connect, createServer, type TLSSocket } from "node:tls";
import { fakeEnv } from "../../tests/fakes/env.ts";
import { FakeClock } from "../../tests/fakes/clock.ts";
import { hasProgram, runProgram } from "../../tests/fakes/program.ts";
import { UserError } from "../output.ts";
import { certs } from "./certs.ts";

async function inFolder(test: (cwd: string) => Promise<void>): Promise<void> {
  const cwd = await Deno.makeTempDir();
  try {
    await test(cwd);
  } finally {
    await Deno.remove(cwd, { recursive: true });
  }
}

async function make(cwd: string, args: string[], nowMs = Date.now()): Promise<string> {
  const env = fakeEnv({ cwd, clock: new FakeClock(nowMs) });
  assertEquals(await certs(args, env), 0);
  assertEquals(env.err(), "");
  return env.out();
}

const refusal = (cwd: string, args: string[]) =>
  assertRejects(() => certs(args, fakeEnv({ cwd })), UserError);
const namesIn = async (path: string) =>
  (await Array.fromAsync(Deno.readDir(path))).map((entry) => entry.name).sort();
const modeOf = (path: string) => (Deno.statSync(path).mode ?? 0) & 0o777;
const read = (path: string) => Deno.readTextFileSync(path);

/** Whether a TLS client that trusts `ca` accepts the server under this name. */
async function handshake(folder: string, host: string): Promise<boolean> {
  const [cert, key, ca] = ["server.pem", "server.key", "ca.crt"].map((name) => read(`${folder}/${name}`));
  const server = createServer({ cert, key }, (socket: TLSSocket) => socket.end());
  server.on("tlsClientError", () => {});
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  try {
    return await new Promise<boolean>((resolve) => {
      const socket = connect({ host: "127.0.0.1", port, ca, servername: host }, () => {
        resolve(true);
        socket.end();
      });
      socket.on("error", () => resolve(false));
    });
  } finally {
    await new Promise<void>((resolve) => server.close(() => resolve()));
  }
}

/** What a folder holds to which a certificate for node1 was added. */
const WITH_NODE1 = ["ca.crt", "ca.key", "node1.key", "node1.pem", "server.key", "server.pem"];

Deno.test("certs: makes the guide's four files, keys readable to their owner only", () =>
  inFolder(async (cwd) => {
    const said = await make(cwd, []);
    const folder = `${cwd}/certificates`;
    assertEquals(await namesIn(folder), ["ca.crt", "ca.key", "server.key", "server.pem"]);
    for (const name of ["ca.key", "server.key"]) assertEquals(modeOf(`${folder}/${name}`), 0o600);
    for (const name of ["ca.crt", "server.pem"]) assertEquals(modeOf(`${folder}/${name}`), 0o644);
    for (const name of ["certificates/ca.crt", "certificates/server.pem", "localhost, 127.0.0.1, ::1"]) {
      assertStringIncludes(said, name);
    }
    assertEquals(said.includes("BEGIN"), false);
  }));

Deno.test("certs: a TLS client that trusts the CA accepts the server under the names it was made for only", () =>
  inFolder(async (cwd) => {
    await make(cwd, ["--host", "superlink.example.org", "--host", "localhost"]);
    assertEquals(await handshake(`${cwd}/certificates`, "superlink.example.org"), true);
    assertEquals(await handshake(`${cwd}/certificates`, "localhost"), true);
    assertEquals(await handshake(`${cwd}/certificates`, "other.example.org"), false);
  }));

Deno.test("certs: says when they end, and a server certificate does not outlive its CA", () =>
  inFolder(async (cwd) => {
    const now = Date.UTC(2026, 10, 23, 12);
    await make(cwd, ["a", "--days", "10", "--ca-days", "20"], now);
    const end = (path: string) => new X509Certificate(read(`${cwd}/${path}`)).validToDate.toISOString();
    assertEquals([end("a/server.pem"), end("a/ca.crt")], [
      "2026-12-03T12:00:00.000Z",
      "2026-12-13T12:00:00.000Z",
    ]);
    const said = await make(cwd, ["b", "--ca-days", "20"], now);
    assertEquals(end("b/server.pem"), "2026-12-13T12:00:00.000Z");
    assertStringIncludes(said, "good until 2026-12-13");
    const start = new X509Certificate(read(`${cwd}/a/server.pem`)).validFromDate;
    assertEquals(start.toISOString(), "2026-11-23T11:00:00.000Z");
  }));

Deno.test("certs: replaces nothing, whichever of its files is there", () =>
  inFolder(async (cwd) => {
    for (const name of ["ca.crt", "ca.key", "server.pem", "server.key"]) {
      const folder = `${cwd}/${name}-is-there`;
      await Deno.mkdir(folder);
      await Deno.writeTextFile(`${folder}/${name}`, "mine");
      const error = await refusal(cwd, [folder]);
      assertStringIncludes(error.message, `${folder}/${name}`);
      assertStringIncludes(error.hint!, "another folder");
      assertEquals(await namesIn(folder), [name]);
      assertEquals(read(`${folder}/${name}`), "mine");
    }
  }));

Deno.test("certs: leaves nothing behind where it may not write", () =>
  inFolder(async (cwd) => {
    await Deno.writeTextFile(`${cwd}/file`, "");
    const error = await refusal(cwd, ["file/below"]);
    assertStringIncludes(error.message, `Cannot write "ca.crt" into "${cwd}/file/below"`);
    assertEquals(await namesIn(cwd), ["file"]);
  }));

Deno.test("certs: another server of the same CA", () =>
  inFolder(async (cwd) => {
    await make(cwd, []);
    const given = ["--ca", "certificates/ca.crt", "--ca-key", "certificates/ca.key"];
    const said = await make(cwd, [...given, "--name", "node1", "--host", "192.0.2.7"]);
    assertEquals(said.includes("ca.key"), false);
    assertEquals(await namesIn(`${cwd}/certificates`), WITH_NODE1);
    const ca = new X509Certificate(read(`${cwd}/certificates/ca.crt`));
    const server = new X509Certificate(read(`${cwd}/certificates/node1.pem`));
    assertEquals([server.verify(ca.publicKey), server.subjectAltName], [true, "IP Address:192.0.2.7"]);
    await make(cwd, ["elsewhere", ...given]);
    assertEquals(await namesIn(`${cwd}/elsewhere`), ["server.key", "server.pem"]);
  }));

const WRONG: [string, string[], string][] = [
  ["a host with a port", ["--host", "localhost:9092"], "must be a host name or an IP address"],
  ["no days", ["--days", "0"], "at least 1"],
  ["a CA without its key", ["--ca", "x"], "without both its files"],
  ["a key without its CA", ["--ca-key", "x"], "without both its files"],
  ["a CA that is not there", ["--ca", "x", "--ca-key", "y"], `Cannot read "x"`],
  ["days for a CA that is there", ["--ca", "x", "--ca-key", "y", "--ca-days", "5"], "--ca-days"],
  ["a name that is a path", ["--name", "../x"], "--name ../x"],
  ["the CA's own name", ["--name", "ca"], "--name ca"],
];
for (const [what, args, text] of WRONG) {
  Deno.test(`certs: ${what} is refused and nothing is made`, () =>
    inFolder(async (cwd) => {
      assertStringIncludes((await refusal(cwd, args)).message, text);
      assertEquals(await namesIn(cwd), []);
    }));
}

Deno.test("certs: a server certificate is no CA", () =>
  inFolder(async (cwd) => {
    await make(cwd, []);
    const error = await refusal(cwd, [
      "b",
      "--ca",
      "certificates/server.pem",
      "--ca-key",
      "certificates/server.key",
    ]);
    assertStringIncludes(error.message, "must be the certificate of a CA");
  }));

Deno.test({
  name: "certs: openssl accepts what is made, and a CA that openssl made is accepted",
  ignore: !await hasProgram("openssl", "version"),
  fn: () =>
    inFolder(async (cwd) => {
      await make(cwd, []);
      const verified = await runProgram(
        cwd,
        "openssl",
        "verify",
        "-x509_strict",
        "-purpose",
        "sslserver",
        "-CAfile",
        "certificates/ca.crt",
        "certificates/server.pem",
      );
      assertStringIncludes(verified, "server.pem: OK");
      const text = await runProgram(
        cwd,
        "openssl",
        "x509",
        "-in",
        "certificates/server.pem",
        "-noout",
        "-text",
      );
      assertStringIncludes(text, "DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1");
      await runProgram(cwd, "openssl", "pkey", "-in", "certificates/server.key", "-check", "-noout");
      for (const kind of [["rsa:2048"], ["ec", "-pkeyopt", "ec_paramgen_curve:P-384"]]) {
        const name = kind[0].slice(0, 3);
        await runProgram(
          cwd,
          "openssl",
          "req",
          "-x509",
          "-newkey",
          ...kind,
          "-nodes",
          "-subj",
          "/CN=other CA",
          "-days",
          "3",
          "-keyout",
          `${name}.key`,
          "-out",
          `${name}.crt`,
        );
        await make(cwd, [name, "--ca", `${name}.crt`, "--ca-key", `${name}.key`]);
        const accepted = await runProgram(
          cwd,
          "openssl",
          "verify",
          "-CAfile",
          `${name}.crt`,
          `${name}/server.pem`,
        );
        assertStringIncludes(accepted, "server.pem: OK");
      }
    }),
});

/** What `certs --check` says and with which status. */
async function checked(cwd: string, words: string[], nowMs: number) {
  const env = fakeEnv({ cwd, clock: new FakeClock(nowMs) });
  return { status: await certs(["--check", ...words], env), out: env.out(), err: env.err() };
}

Deno.test("certs --check: shows whom each certificate is for and until when, the first to end first", () =>
  inFolder(async (cwd) => {
    const now = Date.UTC(2026, 10, 23, 12);
    await make(cwd, ["--days", "100", "--host", "superlink.example.org", "--host", "192.0.2.7"], now);
    const given = ["--ca", "certificates/ca.crt", "--ca-key", "certificates/ca.key"];
    await make(cwd, [...given, "--name", "node1", "--days", "10"], now);
    const { status, out, err } = await checked(cwd, [], now);
    assertEquals(status, 1);
    const lines = out.split("\n");
    const at = (text: string) => lines.findIndex((line) => line.includes(text));
    assertEquals(
      ["node1.pem", "server.pem", "ca.crt"].map(at).every((line, index, all) => line > (all[index - 1] ?? 0)),
      true,
    );
    for (
      const text of ["superlink.example.org, 192.0.2.7", "2026-12-03", "in 10 days", "in 100 days", "itself"]
    ) {
      assertStringIncludes(out, text);
    }
    assertEquals(err.trim().split("\n").length, 1);
    assertStringIncludes(err, "in certificates/node1.pem expires on 2026-12-03, in 10 days");
    assertEquals(await namesIn(`${cwd}/certificates`), WITH_NODE1);
  }));

Deno.test("certs --check: a file by itself, status 0 while it is good and 1 when it is over", () =>
  inFolder(async (cwd) => {
    const now = Date.UTC(2026, 10, 23, 12);
    const day = 86_400_000;
    await make(cwd, ["--days", "100"], now);
    const file = "certificates/server.pem";
    assertEquals((await checked(cwd, [file], now + 69 * day)).status, 0);
    assertEquals((await checked(cwd, [file], now + 71 * day)).status, 1);
    const over = await checked(cwd, [file], now + 103 * day);
    assertStringIncludes(over.err, "expired on 2027-03-03, 3 days ago");
    assertStringIncludes(over.out, "3 days ago");
  }));

Deno.test("certs --check: where there is no certificate it says so", () =>
  inFolder(async (cwd) => {
    await make(cwd, []);
    await Deno.mkdir(`${cwd}/empty`);
    const cases = [["nowhere", `Cannot read "nowhere"`], ["empty", `Cannot find a certificate in "empty"`], [
      "certificates/server.key",
      "it holds a private key",
    ]];
    for (const [word, text] of cases) {
      assertStringIncludes((await refusal(cwd, ["--check", word])).message, text);
    }
  }));
