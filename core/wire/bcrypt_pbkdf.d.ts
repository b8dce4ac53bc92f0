/** Derives `key` from a passphrase and a salt, in place; -1 for arguments that make no sense. */
export function pbkdf(
  pass: Uint8Array,
  passLength: number,
  salt: Uint8Array,
  saltLength: number,
  key: Uint8Array,
  keyLength: number,
  rounds: number,
): number;
