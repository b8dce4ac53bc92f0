import { Buffer } from "node:buffer";
import { createPrivateKey, type KeyObject } from "node:crypto";
import { type Curve, CURVES, type EcPrivateKey, FIELD_BYTES } from "./ec_key.ts";
import { KeyError } from "./key_error.ts";

const BLOCK = /-----BEGIN (?<kind>|EC |ENCRYPTED )PRIVATE KEY-----[\s\S]+?-----END \k<kind>PRIVATE KEY-----/;

/**
 * Reads a private key in PEM: PKCS#8 or SEC 1, each with or without a passphrase.
 * @throws {KeyError}
 */
export function parsePemPrivateKey(text: string, passphrase?: Uint8Array): EcPrivateKey {
  const block = BLOCK.exec(text);
  if (!block) throw new KeyError("unknownFormat", "it is neither");
  const encrypted = block.groups!.kind === "ENCRYPTED " || /^Proc-Type:.*ENCRYPTED/m.test(block[0]);
  if (encrypted && passphrase === undefined) throw new KeyError("encrypted", "a passphrase protects it");
  const key = imported(block[0], encrypted ? passphrase : undefined);
  if (key.asymmetricKeyType !== "ec") {
    const kind = key.asymmetricKeyType ?? "unknown";
    throw new KeyError("otherKind", `it is of the kind ${kind}`, kind);
  }
  return fromJwk(exported(key));
}

function imported(pem: string, passphrase?: Uint8Array): KeyObject {
  try {
    const secret = passphrase && Buffer.from(passphrase);
    return createPrivateKey({ key: pem, format: "pem", ...secret && { passphrase: secret } });
  } catch {
    if (passphrase) throw new KeyError("wrongPassphrase", "the passphrase does not open it");
    throw new KeyError("damaged", "it cannot be read");
  }
}

function exported(key: KeyObject): JsonWebKey {
  try {
    return key.export({ format: "jwk" });
  } catch {
    const kind = key.asymmetricKeyDetails?.namedCurve ?? "ec";
    throw new KeyError("otherKind", `it is on the curve ${kind}`, kind);
  }
}

function fromJwk({ crv, x, y, d }: JsonWebKey): EcPrivateKey {
  const curve = CURVES.find((name) => name === crv);
  if (!curve) throw new KeyError("otherKind", `it is on the curve ${crv}`, String(crv));
  const [left, right, scalar] = [x, y, d].map((digits) => padded(digits, curve));
  return { curve, point: Uint8Array.of(4, ...left, ...right), scalar };
}

function padded(base64url: string | undefined, curve: Curve): Uint8Array {
  const digits = Buffer.from(base64url ?? "", "base64url");
  if (digits.length === 0 || digits.length > FIELD_BYTES[curve]) {
    throw new KeyError("damaged", "a number in it is missing or too large");
  }
  const whole = new Uint8Array(FIELD_BYTES[curve]);
  whole.set(digits, whole.length - digits.length);
  return whole;
}
