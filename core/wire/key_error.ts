/**
 * Why a text is no key that can be used.
 *
 * - `unknownFormat`: it is something else than a key in a form that is read here.
 * - `encrypted`: a passphrase protects it, and none was given.
 * - `wrongPassphrase`: the passphrase that was given does not open it.
 * - `otherKind`: it is a key, but of the kind in `kind`.
 * - `damaged`: it looks like a key and cannot be right.
 */
export type KeyProblem = "unknownFormat" | "encrypted" | "wrongPassphrase" | "otherKind" | "damaged";

/** Thrown for a text that is no usable key. The message never holds any of the text. */
export class KeyError extends Error {
  override name = "KeyError";
  /** @param kind the kind of key where it is known and of no use, for instance `ssh-ed25519` or `rsa` */
  constructor(readonly problem: KeyProblem, message: string, readonly kind?: string) {
    super(message);
  }
}
