import type { EcPrivateKey } from "./ec_key.ts";
import { isOpensshPrivateKey, parseOpensshPrivateKey } from "./openssh_key.ts";

/**
 * Reads a private key file in any of the forms that people have: OpenSSH's, PKCS#8 or SEC 1.
 * @param passphrase what protects it; a key that none protects is read all the same
 * @throws {KeyError}
 */
export async function parsePrivateKey(text: string, passphrase?: Uint8Array): Promise<EcPrivateKey> {
  // Few keys are of another form or protected, and ciphers are a good part of what a process loads before its work.
  if (!isOpensshPrivateKey(text)) return (await import("./pem_key.ts")).parsePemPrivateKey(text, passphrase);
  if (passphrase === undefined) return parseOpensshPrivateKey(text);
  const { decryptOpensshPrivateKey } = await import("./openssh_cipher.ts");
  return await decryptOpensshPrivateKey(text, passphrase);
}
