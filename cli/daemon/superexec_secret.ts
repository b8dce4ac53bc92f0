import { type Env, resolvePath } from "../env.ts";
import { UserError } from "../output.ts";

/**
 * Reads the secret that a SuperExec of the operator shares with its SuperLink or SuperNode: the file's bytes as
 * they are. Undefined when none is named, or none is used.
 * @throws {UserError} when the file cannot be read or is empty
 */
export async function readSecret(
  named: string | undefined,
  how: { isolation: "subprocess" | "process"; env: Env; warn: (text: string) => void },
): Promise<Uint8Array | undefined> {
  if (named === undefined) return undefined;
  if (how.isolation === "subprocess") {
    how.warn(
      "--superexec-auth-secret-file is not used: with --isolation subprocess nobody else may claim tasks",
    );
    return undefined;
  }
  const path = resolvePath(how.env, named);
  if (await how.env.files.kind(path) !== "file") {
    throw new UserError(`Path argument \`--superexec-auth-secret-file\` does not point to a file: ${named}`, {
      exitCode: 401,
    });
  }
  const secret = await how.env.files.read(path);
  if (secret.length > 0) return secret;
  throw new UserError(`Cannot use ${named} as the SuperExec secret: the file is empty`, {
    exitCode: 401,
    hint: "Put random bytes into it, for instance: openssl rand -hex 32 > FILE",
  });
}
