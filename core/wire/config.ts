import type { Init, Scalar } from "../../proto/mod.ts";
import type { ConfigScalar, UserConfig } from "../model/user_config.ts";

const LEAST_INT64 = -(2n ** 63n);
const MOST_INT64 = 2n ** 63n - 1n;

/**
 * A configuration as the map that requests carry.
 * @throws {RangeError} for an integer beyond 64 bits, which Flower's peers would refuse to read
 */
export function configToProto(config: UserConfig): Record<string, Init<Scalar>> {
  // Without a prototype "__proto__" is a key like any other.
  const result: Record<string, Init<Scalar>> = Object.create(null);
  for (const [key, value] of config) result[key] = scalarToProto(key, value);
  return result;
}

function scalarToProto(key: string, value: ConfigScalar): Init<Scalar> {
  if (typeof value === "boolean") return { bool: value };
  if (typeof value === "number") return { double: value };
  if (typeof value === "string") return { string: value };
  if (typeof value !== "bigint") return { bytes: value };
  if (value < LEAST_INT64 || value > MOST_INT64) {
    throw new RangeError(
      `Cannot send "${key}" as an integer of a configuration must fit 64 bits: current value is ${value}`,
    );
  }
  return { sint64: value };
}

/**
 * A configuration as received; integers are bigints, floats numbers. Maps have no order on the wire.
 * @throws {TypeError} for a key whose value is unset
 */
export function configFromProto(map: Readonly<Record<string, Scalar>>): Map<string, ConfigScalar> {
  return new Map(Object.entries(map).map(([key, scalar]) => [key, scalarFromProto(key, scalar)]));
}

function scalarFromProto(key: string, scalar: Scalar): ConfigScalar {
  switch (scalar.scalar) {
    case "sint64":
    case "uint64":
      return BigInt(scalar[scalar.scalar]!);
    case "bytes":
      // A view would keep the whole request in memory.
      return new Uint8Array(scalar.bytes!);
    case undefined:
      throw new TypeError(`Cannot read "${key}" as a value of a configuration must be set`);
    default:
      return scalar[scalar.scalar]!;
  }
}
