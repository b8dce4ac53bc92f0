import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { makeCertificate, makeServerFiles, type TestCertificate } from "../../tests/fakes/certificates.ts";
import { checkRoots, checkServerFiles, TlsFileError } from "./tls.ts";

const file = (path: string, content: Uint8Array | string) => ({
  path,
  content: typeof content === "string" ? new TextEncoder().encode(content) : content,
});

/** The three files of a listener, some of them replaced. */
function files(
  made: { ca: TestCertificate; server: TestCertificate },
  others: { ca?: Uint8Array | string; certificate?: Uint8Array | string; key?: Uint8Array | string } = {},
) {
  return {
    rootCertificates: file("ca.crt", others.ca ?? made.ca.certificate),
    certificateChain: file("server.pem", others.certificate ?? made.server.certificate),
    privateKey: file("server.key", others.key ?? made.server.privateKey),
  };
}

const join = (...parts: Uint8Array[]) => new Uint8Array(parts.flatMap((part) => [...part]));

Deno.test("fitting files raise nothing, with RSA keys too", async () => {
  const made = await makeServerFiles();
  assertEquals(checkServerFiles(files(made), Date.now()), []);
  const vectors = `${import.meta.dirname}/../../tests/vectors/keys`;
  const read = (name: string) => Deno.readFileSync(`${vectors}/${name}`);
  const rsa = { ca: read("ca.crt"), certificate: read("server.pem"), key: read("server.key") };
  assertEquals(checkServerFiles(files(made, rsa), Date.UTC(2027, 0, 1)), []);
});

Deno.test("a chain over an intermediate CA, a self-signed certificate, and several roots are fine", async () => {
  const made = await makeServerFiles();
  const middle = await makeCertificate({ name: "Middle CA", isCa: true, issuer: made.ca });
  const server = await makeCertificate({ name: "leaf", issuer: middle, hosts: ["localhost"] });
  const chain = files({ ca: made.ca, server }, { certificate: join(server.certificate, middle.certificate) });
  assertEquals(checkServerFiles(chain, Date.now()), []);

  const alone = await makeCertificate({ name: "alone", hosts: ["localhost"] });
  assertEquals(checkServerFiles(files({ ca: alone, server: alone }), Date.now()), []);

  const other = await makeCertificate({ name: "Other CA", isCa: true });
  const both = files(made, { ca: join(other.certificate, made.ca.certificate) });
  assertEquals(checkServerFiles(both, Date.now()), []);
});

Deno.test("each thing that is wrong has a sentence of its own that names the file", async () => {
  const made = await makeServerFiles();
  const other = await makeServerFiles();
  const late = await makeServerFiles({ validDays: [-30, -2] });
  const early = await makeServerFiles({ validDays: [2, 30] });
  const oldCa = await makeCertificate({ name: "Old CA", isCa: true, validDays: [-30, -2] });
  const middle = await makeCertificate({ name: "Middle CA", isCa: true, issuer: other.ca });
  const encrypted = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n";
  const oldEncrypted =
    "-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,7EA5\n\n" +
    "AAAA\n-----END EC PRIVATE KEY-----\n";
  const damaged = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
  const damagedKey = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
  const table: [ReturnType<typeof files>, string][] = [
    [
      files(made, { certificate: made.server.privateKey }),
      "Cannot use server.pem as certificate: it holds a private key",
    ],
    [
      files(made, { key: made.server.certificate }),
      "Cannot use server.key as private key: it holds a certificate",
    ],
    [files(made, { certificate: "hello" }), "Cannot use server.pem as certificate: it holds no PEM text"],
    [
      files(made, { certificate: damaged }),
      "Cannot use server.pem as certificate: its certificate is damaged",
    ],
    [files(made, { ca: "" }), "Cannot use ca.crt as CA certificate: it holds no PEM text"],
    [
      files(made, { ca: made.server.certificate }),
      'Cannot use ca.crt as CA certificate: it is the certificate of "CN=server"',
    ],
    [files(made, { key: "" }), "Cannot use server.key as private key: it holds no PEM key"],
    [
      files(made, { key: encrypted }),
      "Cannot use server.key as private key: it is protected by a passphrase",
    ],
    [
      files(made, { key: oldEncrypted }),
      "Cannot use server.key as private key: it is protected by a passphrase",
    ],
    [files(made, { key: damagedKey }), "Cannot use server.key as private key: its kind"],
    [files(made, { key: other.server.privateKey }), "Cannot use key server.key with certificate server.pem"],
    [files(other, { ca: made.ca.certificate }), "Cannot use certificate server.pem with CA ca.crt"],
    [
      files(other, {
        certificate: join(other.server.certificate, middle.certificate),
        ca: made.ca.certificate,
      }),
      "Cannot use certificate server.pem with CA ca.crt",
    ],
    [files(late), 'Cannot use server.pem: the certificate of "CN=server" expired on '],
    [files(early), 'Cannot use server.pem: the certificate of "CN=server" is not valid before '],
    [files(made, { ca: oldCa.certificate }), 'Cannot use ca.crt: the certificate of "CN=Old CA" expired on '],
  ];
  for (const [wrong, expected] of table) {
    const error = assertThrows(() => checkServerFiles(wrong, Date.now()), TlsFileError);
    assertStringIncludes(error.message, expected);
    assertEquals(error.hint.length > 10, true, expected);
  }
});

Deno.test("what is not wrong yet is said: a certificate that ends soon, one that names nobody", async () => {
  const soon = await makeServerFiles({ validDays: [-1, 10.5] });
  const [warning, ...rest] = checkServerFiles(files(soon), Date.now());
  assertStringIncludes(warning, 'The certificate of "CN=server" in server.pem expires on ');
  assertStringIncludes(warning, ", in 10 days");
  assertEquals(rest, []);
  const nameless = await makeServerFiles({ hosts: [] });
  assertStringIncludes(checkServerFiles(files(nameless), Date.now())[0], "names no host or address");
  const algorithm = { name: "Ed25519" };
  const edwards = await makeCertificate({ name: "edwards", hosts: ["localhost"], algorithm });
  assertStringIncludes(
    checkServerFiles(files({ ca: edwards, server: edwards }), Date.now())[0],
    "Python's gRPC does not",
  );
});

Deno.test("roots alone can be checked", async () => {
  const { ca, server } = await makeServerFiles();
  assertEquals(checkRoots(file("ca.crt", ca.certificate), Date.now()), []);
  assertThrows(
    () => checkRoots(file("x", server.privateKey), Date.now()),
    TlsFileError,
    "it holds a private key",
  );
});
