import { resolvePath } from "../env.ts";
import { UserError } from "../output.ts";
import { flwrCommand } from "./flwr_command.ts";

/** `flwr supernode register`: makes a public key known before its SuperNode comes. */
export const supernodeRegister = flwrCommand({
  summary: "Make the public key of a SuperNode known to a SuperLink that runs with --enable-supernode-auth.",
  words: ["PUBLIC_KEY", "[SUPERLINK]"],
  wordHelp: {
    PUBLIC_KEY: "File with the key in OpenSSH's form, such as keys/client_credentials_1.pub",
    "[SUPERLINK]": "A connection of config.toml; its default unless told",
  },
  flags: {},
  examples: [{ for: "The first node", line: "$ keys/client_credentials_1.pub local-deployment" }],
}, async ({ words }, session) => {
  const path = resolvePath(session.env, words[0]);
  if (await session.env.files.kind(path) !== "file") {
    throw new UserError(`Public key file '${words[0]}' does not exist.`);
  }
  const publicKey = await spkiOf(await session.env.files.read(path), words[0]);
  const control = await session.control(await session.connection(words[1]));
  const { node_id: nodeId } = await control.call("RegisterNode", { public_key: publicKey });
  if (nodeId === undefined) throw new UserError("SuperNode couldn't be registered.");
  session.answer({
    text: () => session.coloured(`✅ SuperNode ${nodeId} registered successfully.`, "green") + "\n",
    json: () => ({ success: true, "node-id": BigInt(nodeId) }),
  });
});

/** @throws {UserError} when the file holds no public key of a kind that SuperNodes have */
async function spkiOf(content: Uint8Array, name: string): Promise<Uint8Array> {
  const { KeyFileError, readPublicKey } = await import("../../core/auth/key_file.ts");
  try {
    return await readPublicKey(content, name);
  } catch (error) {
    if (!(error instanceof KeyFileError)) throw error;
    throw new UserError(error.message, { exitCode: 500, hint: error.hint });
  }
}
