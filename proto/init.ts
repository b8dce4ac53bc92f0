/**
 * A 64-bit integer as decoded: a decimal string. It is a plain string in all respects; the phantom member only
 * lets {@link Init} tell ids from text, so that a bigint is accepted for the one and refused for the other.
 */
export type Int64 = string & { readonly int64?: never };

/**
 * What a caller hands over to have a message of type `T` encoded: every field may be left out (it then has its
 * proto3 default, or is absent where absence counts), and 64-bit integers may be bigints or safe integers.
 */
export type Init<T> = T extends Uint8Array ? T
  : T extends string ? ("int64" extends keyof T ? string | bigint | number : T)
  : T extends readonly (infer E)[] ? readonly Init<E>[]
  : T extends object ? (string extends keyof T ? { readonly [K in keyof T]: Init<T[K]> } : InitFields<T>)
  : T;

type InitFields<T> = { readonly [K in keyof T]?: Init<T[K]> | null };
