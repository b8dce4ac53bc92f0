/** A value of a run or node configuration. A `bigint` is an integer, a `number` always a float. */
export type ConfigScalar = boolean | bigint | number | string | Uint8Array;

/** A flat configuration: dotted keys in the order they were written. */
export type UserConfig = ReadonlyMap<string, ConfigScalar>;
