const UNIT_MS: Record<string, number> = { H: 3_600_000, M: 60_000, S: 1_000, m: 1, u: 1e-3, n: 1e-6 };

/** Milliseconds of a `grpc-timeout` header, rounded up; undefined when it is not one. */
export function parseGrpcTimeout(text: string): number | undefined {
  const match = text.match(/^(\d{1,8})([HMSmun])$/);
  return match ? Math.ceil(Number(match[1]) * UNIT_MS[match[2]]) : undefined;
}
