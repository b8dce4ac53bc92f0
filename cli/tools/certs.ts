import { join, relative } from "node:path";
import { command } from "../command.ts";
import { number, text, textOr, texts, toggle, UsageError } from "../config/flags.ts";
import { type Env, resolvePath } from "../env.ts";
import { UserError } from "../output.ts";
import type { Authority, Validity } from "./certificates.ts";
import { type NewFile, refuseToReplace, writeNewFiles } from "./new_files.ts";

const DAY_MS = 86_400_000;

/** Certificates hold from a little before they are made, for peers whose clocks are behind. */
const HEAD_START_MS = 3_600_000;

const SERIAL_BYTES = 16;
const DEFAULT_FOLDER = "certificates";
const DEFAULT_HOSTS = ["localhost", "127.0.0.1", "::1"];
const DEFAULT_DAYS = 397;
const DEFAULT_CA_DAYS = 3_650;

/** `corolla certs`: a CA and a server certificate, or one more server certificate of a CA that is there. */
export const certs = command({
  summary: "Make a CA and a server certificate that it signs.\n" +
    "Clients that are given ca.crt then trust a server that has server.pem and server.key, under the hosts named here.",
  words: ["[FOLDER]"],
  wordHelp: { "[FOLDER]": `Where the files are made, or stand (default: ${DEFAULT_FOLDER})` },
  flags: {
    host: texts({
      help: `Name or address under which clients reach the server (default: ${DEFAULT_HOSTS.join(", ")})`,
      placeholder: "NAME_OR_IP",
    }),
    days: number({
      help: `Days until the server certificate ends (default: ${DEFAULT_DAYS})`,
      placeholder: "N",
      min: 1,
    }),
    "ca-days": number({
      help: `Days until the CA ends (default: ${DEFAULT_CA_DAYS})`,
      placeholder: "N",
      min: 1,
    }),
    name: textOr("server", { help: "Name of the server's two files", placeholder: "NAME" }),
    ca: text({ help: "Certificate of a CA that is there, instead of a new one", placeholder: "FILE" }),
    "ca-key": text({ help: "Private key of that CA", placeholder: "FILE" }),
    check: toggle({
      help: "Make nothing, but show until when the certificates in the folder or the file are good; " +
        "the status is 1 when one has less than 30 days to go",
    }),
  },
  examples: [
    { for: "For trying things out on one machine", line: "$" },
    { for: "For a SuperLink that others reach", line: "$ --host superlink.example.org --host 192.0.2.7" },
    {
      for: "Another server of the same CA",
      line: "$ --name node1 --host node1.example.org --ca certificates/ca.crt --ca-key certificates/ca.key",
    },
    { for: "How long the certificates here are good", line: "$ --check certificates" },
  ],
}, async ({ flags, words }, env) => {
  if (flags.check) {
    const { checkCertificates } = await import("./certificate_check.ts");
    return await checkCertificates(words[0] ?? DEFAULT_FOLDER, env);
  }
  const { issueServerCertificate } = await import("./certificates.ts");
  const folder = resolvePath(env, words[0] ?? DEFAULT_FOLDER);
  const files = serverFiles(folder, flags.name);
  const hosts = await checkedHosts(flags.host.length > 0 ? flags.host : DEFAULT_HOSTS);
  const authority = await theAuthority({ folder, ...flags }, env);
  const server = [files.certificate, files.privateKey];
  const hint = `Move it away, or name another folder: ${env.calledAs} FOLDER`;
  await refuseToReplace(env, [...authority.files.map((file) => file.path), ...server], hint);
  const validity = within(authority, validFor(flags.days ?? DEFAULT_DAYS, env));
  const serial = env.random.bytes(SERIAL_BYTES);
  const issued = await issueServerCertificate(authority, { hosts, validity, serial });
  await writeNewFiles(env, [
    ...authority.files,
    { path: files.certificate, content: issued.certificate, secret: false },
    { path: files.privateKey, content: issued.privateKey, secret: true },
  ], hint);
  report(env, { authority, files, hosts, validity });
  return 0;
});

interface UsableAuthority extends Authority {
  /** What is still to be written: both files of a new CA, nothing of one that is there. */
  readonly files: readonly NewFile[];
  /** Where its certificate is. */
  readonly path: string;
}

interface ServerFiles {
  readonly certificate: string;
  readonly privateKey: string;
}

async function theAuthority(
  wish: { folder: string; ca?: string; "ca-key"?: string; "ca-days"?: number },
  env: Env,
): Promise<UsableAuthority> {
  const { ca, "ca-key": key, "ca-days": days } = wish;
  if (ca === undefined && key === undefined) {
    return await newAuthority(wish.folder, days ?? DEFAULT_CA_DAYS, env);
  }
  if (ca === undefined || key === undefined) {
    throw new UsageError("Cannot use a CA without both its files", "Give --ca and --ca-key.");
  }
  if (days !== undefined) throw new UsageError("Cannot use --ca-days with --ca: that CA has its own end");
  return await givenAuthority({ certificate: ca, privateKey: key }, env);
}

async function newAuthority(folder: string, days: number, env: Env): Promise<UsableAuthority> {
  const { createAuthority } = await import("./certificates.ts");
  const serial = env.random.bytes(SERIAL_BYTES);
  const made = await createAuthority({ validity: validFor(days, env), serial });
  const path = join(folder, "ca.crt");
  const files = [
    { path, content: made.files.certificate, secret: false },
    { path: join(folder, "ca.key"), content: made.files.privateKey, secret: true },
  ];
  return { ...made, files, path };
}

async function givenAuthority(named: ServerFiles, env: Env): Promise<UsableAuthority> {
  const { AuthorityError, readAuthority } = await import("./certificates.ts");
  const certificate = await readGiven(named.certificate, "--ca", env);
  const privateKey = await readGiven(named.privateKey, "--ca-key", env);
  try {
    const authority = await readAuthority({ certificate, privateKey }, new Date(env.clock.now()));
    return { ...authority, files: [], path: resolvePath(env, named.certificate) };
  } catch (error) {
    if (!(error instanceof AuthorityError)) throw error;
    throw new UserError(
      `Cannot use "${named.certificate}" with "${named.privateKey}" as a CA ${error.message}`,
      {
        hint: "Name the ca.crt and ca.key that were made together, or leave both flags out to make a new CA.",
      },
    );
  }
}

async function readGiven(name: string, flag: string, env: Env): Promise<string> {
  const path = resolvePath(env, name);
  if (await env.files.kind(path) === "file") return await env.files.readText(path);
  throw new UserError(`Cannot read "${name}" as ${flag} must name a file: there is none`, {
    hint: "Check the path; it starts at the current folder.",
  });
}

function serverFiles(folder: string, name: string): ServerFiles {
  if (!/^[\w][\w.-]*$/.test(name) || name === "ca") {
    throw new UsageError(
      `Cannot use --name ${name}: it must be made of letters, digits, "-", "_" and ".", and not be "ca"`,
    );
  }
  return { certificate: join(folder, `${name}.pem`), privateKey: join(folder, `${name}.key`) };
}

async function checkedHosts(given: readonly string[]): Promise<string[]> {
  const { hostName } = await import("./certificates.ts");
  const hosts = given.map((host) => {
    const name = hostName(host);
    if (name !== undefined) return name;
    throw new UsageError(
      `Cannot use --host ${host}: it must be a host name or an IP address`,
      "Leave out the port and the scheme: superlink.example.org, 192.0.2.7, ::1",
    );
  });
  return [...new Set(hosts)];
}

function validFor(days: number, env: Env): Validity {
  const now = env.clock.now();
  return { notBefore: new Date(now - HEAD_START_MS), notAfter: new Date(now + days * DAY_MS) };
}

/** What a server certificate outlives its CA by is worth nothing, and some clients refuse it. */
function within(authority: Authority, validity: Validity): Validity {
  const end = authority.certificate.notAfter;
  return { ...validity, notAfter: end < validity.notAfter ? end : validity.notAfter };
}

function report(
  env: Env,
  made: { authority: UsableAuthority; files: ServerFiles; hosts: readonly string[]; validity: Validity },
): void {
  const { authority, files, hosts, validity } = made;
  const shown = (path: string) => relative(env.cwd, path) || path;
  const day = (date: Date) => date.toISOString().slice(0, 10);
  const rows = [
    [
      shown(files.certificate),
      `server certificate for ${hosts.join(", ")}; good until ${day(validity.notAfter)}`,
    ],
    [shown(files.privateKey), "its private key; only for the server"],
  ];
  if (authority.files.length > 0) {
    rows.unshift(
      [
        shown(authority.path),
        `CA certificate for everybody who connects; good until ${day(authority.certificate.notAfter)}`,
      ],
      [shown(authority.files[1].path), "the CA's private key; whoever has it can pose as your servers"],
    );
  }
  const width = Math.max(...rows.map(([name]) => name.length));
  for (const [name, what] of rows) env.stdout(`${name.padEnd(width)}  ${what}\n`);
}
