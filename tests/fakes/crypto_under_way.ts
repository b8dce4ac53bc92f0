/** How many of WebCrypto's operations are under way: they run on threads of their own, and no clock waits for them. */
let underWay = 0;

type Operation = (this: SubtleCrypto, ...given: unknown[]) => Promise<unknown>;

const operations = SubtleCrypto.prototype as unknown as Record<string, Operation>;
for (const name of ["sign", "verify", "generateKey", "importKey", "exportKey", "deriveBits", "digest"]) {
  const operation = operations[name];
  operations[name] = async function (...given) {
    underWay++;
    try {
      return await operation.apply(this, given);
    } finally {
      underWay--;
    }
  };
}

/** Whether none of WebCrypto's operations is under way. */
export function cryptoRests(): boolean {
  return underWay === 0;
}
