import { join } from "node:path";
import {
  certificatesIn,
  daysText,
  expiryWarning,
  type ShownCertificate,
  TlsFileError,
} from "../../core/io/tls.ts";
import { type Env, resolvePath } from "../env.ts";
import { UserError } from "../output.ts";
import { renderTable } from "../table.ts";

/** How files with certificates are named. */
const CERTIFICATE_NAME = /\.(crt|pem|cer)$/i;

interface Found {
  readonly name: string;
  readonly certificate: ShownCertificate;
}

/**
 * Shows what the certificates of a file, or of the files in a folder, are good for and until when; the one that ends
 * first stands first.
 * @returns 1 when one has ended or has less than 30 days to go, else 0
 * @throws {UserError} when there is none
 */
export async function checkCertificates(named: string, env: Env): Promise<number> {
  const found = await certificatesAt(named, env);
  found.sort((a, b) => a.certificate.endsAtMs - b.certificate.endsAtMs);
  const now = env.clock.now();
  const rows = found.map(({ name, certificate }) => row(name, { certificate, now }));
  env.stdout(renderTable({ head: HEAD, rows }, env));
  const warnings = found.flatMap(({ name, certificate }) =>
    expiryWarning(certificate, { where: `in ${name}`, nowMs: now }) ?? []
  );
  for (const warning of warnings) env.stderr(`Warning: ${warning}\n`);
  return warnings.length > 0 ? 1 : 0;
}

const HEAD = ["File", "For", "Signed by", "Ends", "Left"];

function row(name: string, { certificate, now }: { certificate: ShownCertificate; now: number }) {
  const { subject, hosts, issuer, isCa, endsAtMs } = certificate;
  const purpose = isCa ? `CA ${subject}` : hosts.join(", ") || `${subject} (no host: clients refuse it)`;
  const signer = issuer === subject ? "itself" : issuer;
  return [name, purpose, signer, new Date(endsAtMs).toISOString().slice(0, 10), daysText(endsAtMs - now)];
}

async function certificatesAt(named: string, env: Env): Promise<Found[]> {
  const path = resolvePath(env, named);
  const kind = await env.files.kind(path);
  if (kind === "file") return certificatesOf(named, await env.files.read(path));
  if (kind !== "folder") {
    throw new UserError(
      `Cannot read "${named}" as it must be a certificate or a folder with some: there is none`,
    );
  }
  const names = (await env.files.list(path))
    .filter((entry) => entry.kind === "file" && CERTIFICATE_NAME.test(entry.name));
  const found: Found[] = [];
  for (const { name } of names) {
    found.push(
      ...certificatesOf(join(named, name), await env.files.read(join(path, name)), { mayHoldNone: true }),
    );
  }
  if (found.length > 0) return found;
  throw new UserError(
    `Cannot find a certificate in "${named}": no file there that ends in .crt, .pem or .cer`,
    {
      hint: "Name the file itself",
    },
  );
}

/** A folder's .pem file may hold a key; that is no mistake. */
function certificatesOf(name: string, content: Uint8Array, { mayHoldNone = false } = {}): Found[] {
  try {
    return certificatesIn({ path: name, content }).map((certificate) => ({ name, certificate }));
  } catch (error) {
    if (!(error instanceof TlsFileError)) throw error;
    const holdsCertificate = new TextDecoder().decode(content).includes("BEGIN CERTIFICATE");
    if (mayHoldNone && !holdsCertificate) return [];
    throw new UserError(error.message, { hint: error.hint });
  }
}
