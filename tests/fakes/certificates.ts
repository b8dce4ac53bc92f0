import "reflect-metadata";
import {
  BasicConstraintsExtension,
  type GeneralNameType,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from "@peculiar/x509";

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const DAY_MS = 24 * 60 * 60 * 1000;

/** What a test certificate says. */
export interface CertificateOptions {
  readonly name: string;
  /** Who signs; the certificate itself unless given. */
  readonly issuer?: TestCertificate;
  readonly isCa?: boolean;
  readonly hosts?: readonly string[];
  /** Days before and after now; a year each unless given. */
  readonly validDays?: readonly [from: number, to: number];
  /** The kind of key, for a certificate that signs itself; ECDSA on P-256 unless given. */
  readonly algorithm?: { readonly name: string };
}

/** A certificate with its key, as PEM bytes. */
export interface TestCertificate {
  readonly name: string;
  readonly certificate: Uint8Array;
  readonly privateKey: Uint8Array;
  readonly keys: CryptoKeyPair;
}

let serial = 0;

/** Makes a certificate on the spot. */
export async function makeCertificate(options: CertificateOptions): Promise<TestCertificate> {
  const { name, issuer, isCa = false, hosts = [], validDays = [-365, 365], algorithm = ALGORITHM } = options;
  const keys = await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]) as CryptoKeyPair;
  const [notBefore, notAfter] = validDays.map((days) => new Date(Date.now() + days * DAY_MS));
  const names = hosts.map((host) => ({
    type: (/^[\d.]+$|:/.test(host) ? "ip" : "dns") as GeneralNameType,
    value: host,
  }));
  const certificate = await X509CertificateGenerator.create({
    ...{ serialNumber: (++serial).toString(16).padStart(8, "0"), notBefore, notAfter },
    ...{ subject: `CN=${name}`, issuer: `CN=${issuer?.name ?? name}` },
    ...{
      publicKey: keys.publicKey,
      signingKey: (issuer?.keys ?? keys).privateKey,
      signingAlgorithm: algorithm as EcdsaParams,
    },
    extensions: [
      new BasicConstraintsExtension(isCa, undefined, true),
      ...(names.length > 0 ? [new SubjectAlternativeNameExtension(names)] : []),
    ],
  });
  const key = new Uint8Array(await crypto.subtle.exportKey("pkcs8", keys.privateKey));
  return {
    name,
    keys,
    certificate: bytes(certificate.toString("pem")),
    privateKey: bytes(pem("PRIVATE KEY", key)),
  };
}

/** A CA and a certificate of its for this machine's names. */
export async function makeServerFiles(
  options: Partial<CertificateOptions> = {},
): Promise<{ ca: TestCertificate; server: TestCertificate }> {
  const ca = await makeCertificate({ name: "Test CA", isCa: true });
  const hosts = ["localhost", "127.0.0.1"];
  return { ca, server: await makeCertificate({ name: "server", issuer: ca, hosts, ...options }) };
}

function pem(label: string, content: Uint8Array): string {
  const base64 = btoa(String.fromCharCode(...content)).replace(/.{64}/g, "$&\n").trimEnd();
  return `-----BEGIN ${label}-----\n${base64}\n-----END ${label}-----\n`;
}

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text.endsWith("\n") ? text : `${text}\n`);
}
