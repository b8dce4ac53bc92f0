import type { ConfigScalar, UserConfig } from "../../model/user_config.ts";

/** A value with its type: JSON alone tells neither integers from floats nor bytes from text. */
type Typed = readonly ["b", boolean] | readonly ["i" | "f" | "s" | "x", string];

/** A configuration as text, keeping order, types and every float. */
export function configIn(config: UserConfig): string {
  return JSON.stringify([...config].map(([key, value]) => [key, ...typed(value)]));
}

/** The configuration behind a text made by {@link configIn}. */
export function configOut(text: string): UserConfig {
  const entries = JSON.parse(text) as [string, ...Typed][];
  return new Map(entries.map(([key, ...value]) => [key, untyped(value)]));
}

function typed(value: ConfigScalar): Typed {
  if (typeof value === "boolean") return ["b", value];
  if (typeof value === "bigint") return ["i", String(value)];
  if (typeof value === "number") return ["f", Object.is(value, -0) ? "-0" : String(value)];
  if (typeof value === "string") return ["s", value];
  return ["x", value.toHex()];
}

function untyped([type, text]: Typed): ConfigScalar {
  switch (type) {
    case "b":
      return text;
    case "i":
      return BigInt(text);
    case "f":
      return Number(text);
    case "s":
      return text;
    case "x":
      return Uint8Array.fromHex(text);
  }
}
