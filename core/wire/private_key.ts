import type { EcPrivateKey } from "./ec_key.ts";
import { decryptOpensshPrivateKey } from "./openssh_cipher.ts";
import { KeyError } from "./key_error.ts";
import { isOpensshPrivateKey, parseOpensshPrivateKey } from "./openssh_key.ts";
import { isPemPrivateKey, parsePemPrivateKey } from "./pem_key.ts";

/**
 * Reads a private key file in any of the forms that people have: OpenSSH's, PKCS#8 or SEC 1.
 * @param passphrase what protects it; a key that none protects is read all the same
 * @throws {KeyError}
 */
export async function parsePrivateKey(text: string, passphrase?: Uint8Array): Promise<EcPrivateKey> {
  if (isPemPrivateKey(text)) return parsePemPrivateKey(text, passphrase);
  if (!isOpensshPrivateKey(text)) throw new KeyError("unknownFormat", "it is neither");
  if (passphrase === undefined) return parseOpensshPrivateKey(text);
  return await decryptOpensshPrivateKey(text, passphrase);
}
