import { assertEquals, assertRejects } from "@std/assert";
import { X509Certificate } from "node:crypto";
import { FakeRandom } from "../../tests/fakes/random.ts";
import {
  AuthorityError,
  createAuthority,
  hostName,
  issueServerCertificate,
  readAuthority,
} from "./certificates.ts";

const NOW = new Date(Date.UTC(2026, 10, 23, 12));
const days = (count: number) => new Date(NOW.getTime() + count * 86_400_000);
const validity = { notBefore: days(-1), notAfter: days(30) };
const random = new FakeRandom();
const serial = () => random.bytes(16);

const ACCEPTED: [string, string][] = [
  ["localhost", "localhost"],
  ["SuperLink.Example.org", "superlink.example.org"],
  ["*.example.org", "*.example.org"],
  ["bücher.example", "xn--bcher-kva.example"],
  ["node_1", "node_1"],
  ["127.0.0.1", "127.0.0.1"],
  ["::1", "::1"],
  ["[2001:db8::7]", "2001:db8::7"],
];
for (const [text, name] of ACCEPTED) {
  Deno.test(`certificates: ${text} is a host`, () => assertEquals(hostName(text), name));
}
const REFUSED = [
  "",
  "localhost:9092",
  "https://localhost",
  "a b",
  "-a.example",
  "a..b",
  "1.2.3",
  "1.2.3.4:5",
  "[::1",
  "user@host",
  "a/b",
  "*",
  "a.*.b",
  "x".repeat(64),
];
for (const text of REFUSED) {
  Deno.test(`certificates: "${text}" is no host`, () => assertEquals(hostName(text), undefined));
}

Deno.test("certificates: a server certificate names its hosts, its CA and its days", async () => {
  const authority = await createAuthority({ validity, serial: serial() });
  const hosts = ["superlink.example.org", "*.example.org", "192.0.2.7", "2001:db8::7"];
  const issued = await issueServerCertificate(authority, { hosts, validity, serial: serial() });
  const ca = new X509Certificate(authority.files.certificate);
  const server = new X509Certificate(issued.certificate);
  assertEquals(ca.ca, true);
  assertEquals(server.ca, false);
  assertEquals(server.issuer, ca.subject);
  assertEquals(server.verify(ca.publicKey), true);
  assertEquals([server.validFromDate, server.validToDate], [validity.notBefore, validity.notAfter]);
  for (const name of ["DNS:superlink.example.org", "DNS:*.example.org", "IP Address:192.0.2.7"]) {
    assertEquals(server.subjectAltName!.split(", ").includes(name), true);
  }
  assertEquals(server.subjectAltName!.split(", ").length, 4);
});

Deno.test("certificates: two CAs have different names and every serial number is positive", async () => {
  const [one, two] = [
    await createAuthority({ validity, serial: serial() }),
    await createAuthority({ validity, serial: serial() }),
  ];
  assertEquals(one.certificate.subject === two.certificate.subject, false);
  for (const byte of [0x00, 0x7f, 0xff]) {
    const { certificate } = await createAuthority({ validity, serial: new Uint8Array(16).fill(byte) });
    const first = parseInt(certificate.serialNumber.slice(0, 2), 16);
    assertEquals([first > 0, first < 0x80, certificate.serialNumber.length], [true, true, 32]);
  }
});

Deno.test("certificates: a name that is too long for a common name stands in the list of names only", async () => {
  const authority = await createAuthority({ validity, serial: serial() });
  const long = `${"a".repeat(40)}.${"b".repeat(40)}.example`;
  const issued = await issueServerCertificate(authority, { hosts: [long], validity, serial: serial() });
  const server = new X509Certificate(issued.certificate);
  assertEquals(server.subjectAltName, `DNS:${long}`);
  assertEquals(server.subject.includes("CN=server"), true);
});

Deno.test("certificates: a CA is read back and signs", async () => {
  const { files } = await createAuthority({ validity, serial: serial() });
  const authority = await readAuthority(files, NOW);
  const issued = await issueServerCertificate(authority, { hosts: ["a"], validity, serial: serial() });
  assertEquals(
    new X509Certificate(issued.certificate).verify(new X509Certificate(files.certificate).publicKey),
    true,
  );
});

Deno.test("certificates: what cannot be a CA says why", async () => {
  const one = await createAuthority({ validity, serial: serial() });
  const two = await createAuthority({ validity, serial: serial() });
  const server = await issueServerCertificate(one, { hosts: ["a"], validity, serial: serial() });
  const table: [{ certificate: string; privateKey: string }, Date, string][] = [
    [server, NOW, "must be the certificate of a CA"],
    [one.files, days(30), "must not be over"],
    [{ ...one.files, privateKey: two.files.privateKey }, NOW, "the two do not fit"],
    [{ ...one.files, certificate: "no" }, NOW, "must be a certificate in PEM form"],
    [{ ...one.files, privateKey: "no" }, NOW, "must come with its own private key"],
  ];
  for (const [files, now, text] of table) {
    await assertRejects(() => readAuthority(files, now), AuthorityError, text);
  }
});
