import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";

/** A file as the user named it, and what it holds. */
export interface NamedFile {
  readonly path: string;
  readonly content: Uint8Array;
}

/** The three files of a TLS listener. */
export interface ServerFiles {
  readonly rootCertificates: NamedFile;
  readonly certificateChain: NamedFile;
  readonly privateKey: NamedFile;
}

/** A file that cannot be used for TLS. The message names it and says why. */
export class TlsFileError extends Error {
  override name = "TlsFileError";

  /** @param hint what to do next */
  constructor(message: string, readonly hint: string) {
    super(message);
  }
}

const DAY_MS = 24 * 60 * 60 * 1000;

/** How long before its end a certificate is worth a warning. */
const SOON_MS = 30 * DAY_MS;

/** A certificate as far as its end is concerned. */
export interface EndingCertificate {
  /** Its distinguished name, a part a line. */
  readonly subject: string;
  /** When it ends. Unix milliseconds. */
  readonly endsAtMs: number;
}

/**
 * What is to be said of a certificate that has less than 30 days to go; undefined of any other.
 * @param at.where where it was seen: `in server.pem`, `of superlink.example.org:9092`
 */
export function expiryWarning(
  { subject, endsAtMs }: EndingCertificate,
  at: { where: string; nowMs: number },
): string | undefined {
  const leftMs = endsAtMs - at.nowMs;
  if (leftMs > SOON_MS) return undefined;
  const end = leftMs < 0 ? "expired" : "expires";
  const days = daysText(leftMs);
  return `The certificate of ${oneLine(subject)} ${at.where} ${end} on ${day(endsAtMs)}, ${days}`;
}

/** A certificate of a file, for people to read. */
export interface ShownCertificate extends EndingCertificate {
  /** The names and addresses that it is good for. */
  readonly hosts: readonly string[];
  /** Who signed it, as one line. */
  readonly issuer: string;
  readonly isCa: boolean;
}

/** What the certificates of a file say about themselves. @throws {TlsFileError} when there are none */
export function certificatesIn(file: NamedFile): ShownCertificate[] {
  return certificatesOf(file, "certificate").map((certificate) => ({
    subject: certificate.subject.split("\n").join(", "),
    endsAtMs: Date.parse(certificate.validTo),
    hosts: (certificate.subjectAltName ?? "").split(", ").filter((name) => name !== "")
      .map((name) => name.replace(/^(DNS|IP Address):/, "")),
    issuer: certificate.issuer.split("\n").join(", "),
    isCa: certificate.ca,
  }));
}

/** How long something is away: `in 10 days`, `3 days ago`. */
export function daysText(ms: number): string {
  const days = Math.floor(Math.abs(ms) / DAY_MS);
  const text = days === 1 ? "1 day" : `${days} days`;
  return ms < 0 ? `${text} ago` : `in ${text}`;
}

/**
 * Checks that the files of a listener can be used, fit each other, and are valid at `nowMs`.
 * @returns what is not wrong yet, as sentences
 * @throws {TlsFileError} for the first thing that is wrong
 */
export function checkServerFiles(files: ServerFiles, nowMs: number): string[] {
  const warnings = checkRoots(files.rootCertificates, nowMs);
  const chain = certificatesOf(files.certificateChain, "certificate");
  const key = privateKeyOf(files.privateKey);
  const [leaf] = chain;
  if (!leaf.checkPrivateKey(key)) {
    throw new TlsFileError(
      `Cannot use key ${files.privateKey.path} with certificate ${files.certificateChain.path}: ` +
        `the certificate was made for another key`,
      "Name the key and the certificate that were made together",
    );
  }
  for (const certificate of chain) checkTime(files.certificateChain.path, { certificate, nowMs });
  const roots = certificatesOf(files.rootCertificates, "CA certificate");
  if (!leadsToRoot(chain, roots)) {
    throw new TlsFileError(
      `Cannot use certificate ${files.certificateChain.path} with CA ${files.rootCertificates.path}: ` +
        `the certificate was signed by ${oneLine(leaf.issuer)}, the CA is ${oneLine(roots[0].subject)}`,
      "Name the CA that signed the certificate: whoever connects will verify the certificate with it",
    );
  }
  warnings.push(
    ...chain.flatMap((certificate) => soonOver(files.certificateChain.path, { certificate, nowMs })),
  );
  if (!leaf.subjectAltName) {
    warnings.push(
      `Certificate ${files.certificateChain.path} names no host or address as subject alternative name: ` +
        `clients will refuse it`,
    );
  }
  if (/^ed(25519|448)$/.test(key.asymmetricKeyType ?? "")) {
    warnings.push(
      `Certificate ${files.certificateChain.path} has an Edwards key: corolla's own parts connect to it, ` +
        `Python's gRPC does not. Use an EC (P-256) or RSA key where official parts connect, too`,
    );
  }
  return warnings;
}

/**
 * Checks that a file holds roots to trust that are valid at `nowMs`.
 * @returns what is not wrong yet, as sentences
 * @throws {TlsFileError} for the first thing that is wrong
 */
export function checkRoots(file: NamedFile, nowMs: number): string[] {
  const roots = certificatesOf(file, "CA certificate");
  for (const certificate of roots) {
    checkTime(file.path, { certificate, nowMs });
    // A self-signed server certificate may stand for its own CA.
    if (certificate.ca || certificate.checkIssued(certificate)) continue;
    throw new TlsFileError(
      `Cannot use ${file.path} as CA certificate: it is the certificate of ${
        oneLine(certificate.subject)
      }, ` +
        `which is no CA`,
      `Name the certificate of the CA that signed it, ${oneLine(certificate.issuer)}`,
    );
  }
  return roots.flatMap((certificate) => soonOver(file.path, { certificate, nowMs }));
}

const PEM_BLOCK = /-----BEGIN ([A-Z0-9 ]+)-----.+?-----END \1-----/gs;

/** The PEM blocks of a file: what each claims to be, and its text. */
function pemBlocks(file: NamedFile): { label: string; text: string }[] {
  const text = new TextDecoder().decode(file.content);
  return [...text.matchAll(PEM_BLOCK)].map((match) => ({ label: match[1], text: match[0] }));
}

function certificatesOf(file: NamedFile, role: "certificate" | "CA certificate"): X509Certificate[] {
  const blocks = pemBlocks(file);
  const certificates = blocks.filter(({ label }) => /^(X509 |TRUSTED )?CERTIFICATE$/.test(label));
  if (certificates.length === 0) {
    const found = blocks.length === 0
      ? "it holds no PEM text"
      : `it holds a ${blocks[0].label.toLowerCase()}`;
    const swapped = blocks.some(({ label }) => label.endsWith("PRIVATE KEY"));
    throw new TlsFileError(
      `Cannot use ${file.path} as ${role}: ${found}`,
      swapped
        ? "The key and the certificate may be swapped"
        : `Name a file with "-----BEGIN CERTIFICATE-----", such as "corolla certs" makes`,
    );
  }
  try {
    return certificates.map(({ text }) => new X509Certificate(text));
  } catch {
    throw new TlsFileError(
      `Cannot use ${file.path} as ${role}: its certificate is damaged`,
      `Copy the file again, or make a new one with "corolla certs"`,
    );
  }
}

function privateKeyOf(file: NamedFile): KeyObject {
  const blocks = pemBlocks(file);
  const key = blocks.find(({ label }) => label.endsWith("PRIVATE KEY"));
  if (!key) {
    const isCertificate = blocks.some(({ label }) => label.endsWith("CERTIFICATE"));
    throw new TlsFileError(
      `Cannot use ${file.path} as private key: ${
        isCertificate ? "it holds a certificate" : "it holds no PEM key"
      }`,
      isCertificate
        ? "The key and the certificate may be swapped"
        : `Name a file with "-----BEGIN PRIVATE KEY-----"`,
    );
  }
  if (key.label.startsWith("ENCRYPTED") || key.text.includes("Proc-Type: 4,ENCRYPTED")) {
    throw new TlsFileError(
      `Cannot use ${file.path} as private key: it is protected by a passphrase`,
      "Remove the passphrase and protect the file by its access rights instead",
    );
  }
  try {
    return createPrivateKey(key.text);
  } catch {
    throw new TlsFileError(
      `Cannot use ${file.path} as private key: its kind ("${key.label}") is not supported or it is damaged`,
      "Use an RSA or EC key in PKCS#8 form",
    );
  }
}

/** Whether every certificate from the first on was signed by the next one or a root, up to a root. */
function leadsToRoot(chain: readonly X509Certificate[], roots: readonly X509Certificate[]): boolean {
  let current = chain[0];
  for (const next of [...chain.slice(1), undefined]) {
    if (roots.some((root) => root.fingerprint256 === current.fingerprint256 || signedBy(current, root))) {
      return true;
    }
    if (!next || !signedBy(current, next)) return false;
    current = next;
  }
  return false;
}

function signedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
}

function checkTime(
  path: string,
  { certificate, nowMs }: { certificate: X509Certificate; nowMs: number },
): void {
  const [from, to] = [Date.parse(certificate.validFrom), Date.parse(certificate.validTo)];
  if (nowMs > to) {
    throw new TlsFileError(
      `Cannot use ${path}: the certificate of ${oneLine(certificate.subject)} expired on ${day(to)}`,
      `Renew it, for example with "corolla certs"`,
    );
  }
  if (nowMs < from) {
    throw new TlsFileError(
      `Cannot use ${path}: the certificate of ${oneLine(certificate.subject)} is not valid before ` +
        new Date(from).toISOString(),
      "Check the clock of this machine and of the one that made the certificate",
    );
  }
}

function soonOver(
  path: string,
  { certificate, nowMs }: { certificate: X509Certificate; nowMs: number },
): string[] {
  const shown = { subject: certificate.subject, endsAtMs: Date.parse(certificate.validTo) };
  const warning = expiryWarning(shown, { where: `in ${path}`, nowMs });
  return warning === undefined ? [] : [warning];
}

/** A distinguished name as one line. */
function oneLine(name: string): string {
  return `"${name.split("\n").join(", ")}"`;
}

function day(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}
