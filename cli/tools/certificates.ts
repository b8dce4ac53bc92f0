import "reflect-metadata";
import * as x509 from "@peculiar/x509";
import { Buffer } from "node:buffer";
import { createPrivateKey } from "node:crypto";
import { isIP } from "node:net";

/** A certificate and its private key, both PEM; the key is PKCS#8. */
export interface CertifiedKey {
  readonly certificate: string;
  readonly privateKey: string;
}

/** From when and until when a certificate holds. */
export interface Validity {
  readonly notBefore: Date;
  readonly notAfter: Date;
}

/** Who may sign server certificates. */
export interface Authority {
  readonly certificate: x509.X509Certificate;
  readonly privateKey: CryptoKey;
}

/** Thrown for a CA that cannot be used: the rest of a sentence that begins with what was to be used. */
export class AuthorityError extends Error {
  override name = "AuthorityError";
}

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };

/** The most characters that a common name may have. */
const COMMON_NAME_LIMIT = 64;

/**
 * Makes a CA that signs server certificates and nothing else.
 * @param options.serial random bytes; they also tell this CA's name from that of others
 */
export async function createAuthority(
  options: { validity: Validity; serial: Uint8Array },
): Promise<Authority & { files: CertifiedKey }> {
  const keys = await crypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]) as CryptoKeyPair;
  const serialNumber = positive(options.serial);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: [{ O: ["corolla"] }, { CN: [`corolla CA ${serialNumber.slice(-8)}`] }],
    keys,
    serialNumber,
    signingAlgorithm: ALGORITHM,
    ...options.validity,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { certificate, privateKey: keys.privateKey, files: await asPem(certificate, keys.privateKey) };
}

/**
 * Makes a key and a server certificate that is good for these hosts.
 * @param options.hosts as {@link hostName} gives them, at least one
 */
export async function issueServerCertificate(
  authority: Authority,
  options: { hosts: readonly string[]; validity: Validity; serial: Uint8Array },
): Promise<CertifiedKey> {
  const { hosts, validity, serial } = options;
  const keys = await crypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]) as CryptoKeyPair;
  const certificate = await x509.X509CertificateGenerator.create({
    subject: [{ O: ["corolla"] }, { CN: [hosts[0].length <= COMMON_NAME_LIMIT ? hosts[0] : "server"] }],
    issuer: authority.certificate.subjectName,
    publicKey: keys.publicKey,
    signingKey: authority.privateKey,
    signingAlgorithm: { ...authority.privateKey.algorithm, hash: "SHA-256" } as EcdsaParams,
    serialNumber: positive(serial),
    ...validity,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension(
        hosts.map((value) => ({ type: isIP(value) ? "ip" as const : "dns" as const, value })),
      ),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(authority.certificate.publicKey),
    ],
  });
  return await asPem(certificate, keys.privateKey);
}

/** A CA from its two PEM files, whatever tool made them. @throws {AuthorityError} */
export async function readAuthority(files: CertifiedKey, now: Date): Promise<Authority> {
  const certificate = readCertificate(files.certificate);
  if (!certificate.getExtension(x509.BasicConstraintsExtension)?.ca) {
    throw new AuthorityError("must be the certificate of a CA: this one may not sign others");
  }
  if (certificate.notAfter <= now) {
    throw new AuthorityError(`must not be over: it ended ${certificate.notAfter.toISOString()}`);
  }
  const privateKey = await readPrivateKey(files.privateKey, certificate.publicKey.algorithm);
  const algorithm = { ...privateKey.algorithm, hash: "SHA-256" } as EcdsaParams;
  const data = new Uint8Array([1]);
  const publicKey = await certificate.publicKey.export(algorithm, ["verify"]);
  const signature = await crypto.subtle.sign(algorithm, privateKey, data);
  if (!await crypto.subtle.verify(algorithm, publicKey, signature, data)) {
    throw new AuthorityError("must belong to the private key: the two do not fit");
  }
  return { certificate, privateKey };
}

/** A name or address as it stands in a certificate; `undefined` when it is neither. IPv6 may stand in brackets. */
export function hostName(text: string): string | undefined {
  const bare = /^\[(.*)\]$/.exec(text)?.[1] ?? text;
  if (isIP(bare)) return bare;
  const [, star = "", name] = /^(\*\.)?(.*)$/.exec(text)!;
  if (!URL.canParse(`https://${name}/`) || /[:/?#@\\%[\]]/.test(name)) return undefined;
  const ascii = new URL(`https://${name}/`).hostname;
  const isName = /^(?=.{1,253}$)(?!-)[a-z0-9_-]{1,63}(\.(?!-)[a-z0-9_-]{1,63})*$/.test(ascii) && !isIP(ascii);
  return isName ? star + ascii : undefined;
}

function readCertificate(pem: string): x509.X509Certificate {
  try {
    return new x509.X509Certificate(pem);
  } catch (cause) {
    throw new AuthorityError("must be a certificate in PEM form", { cause });
  }
}

async function readPrivateKey(pem: string, algorithm: Algorithm): Promise<CryptoKey> {
  try {
    const pkcs8 = createPrivateKey(pem).export({ type: "pkcs8", format: "der" });
    const wanted = { ...algorithm, hash: "SHA-256" };
    return await crypto.subtle.importKey("pkcs8", Uint8Array.from(pkcs8), wanted, false, ["sign"]);
  } catch (cause) {
    throw new AuthorityError("must come with its own private key, in PEM form without a passphrase", {
      cause,
    });
  }
}

async function asPem(certificate: x509.X509Certificate, key: CryptoKey): Promise<CertifiedKey> {
  const pkcs8 = await crypto.subtle.exportKey("pkcs8", key);
  const privateKey = x509.PemConverter.encode(pkcs8, "PRIVATE KEY");
  return { certificate: `${certificate.toString("pem")}\n`, privateKey: `${privateKey}\n` };
}

/** A serial number is a positive integer: the highest bit is cleared and the first byte is not 0. */
function positive(serial: Uint8Array): string {
  const bytes = Buffer.from(serial);
  bytes[0] = bytes[0] & 0x3f | 0x40;
  return bytes.toString("hex");
}
