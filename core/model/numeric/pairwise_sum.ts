/** Up to so many numbers are added in one go. */
const BLOCK = 128;
const LANES = 8;

/** How the numbers of a range are added. */
export interface Addition {
  readonly start: number;
  readonly end: number;
  /** Rounds every intermediate sum. */
  readonly round: (value: number) => number;
}

/**
 * The sum of numbers, each taken through `map`, in the order in which NumPy adds them: halves of halves, and blocks in
 * eight lanes. Rounded to single precision it is as near to the truth as that order makes it.
 */
export function pairwiseSum(
  values: ArrayLike<number>,
  map: (value: number) => number,
  { start, end, round }: Addition,
): number {
  const count = end - start;
  if (count < LANES) return addAll(values, map, { start, end, round, sum: -0 });
  if (count <= BLOCK) return addLanes(values, map, { start, end, round });
  const half = count / 2 | 0;
  const middle = start + half - half % LANES;
  return round(
    pairwiseSum(values, map, { start, end: middle, round }) +
      pairwiseSum(values, map, { start: middle, end, round }),
  );
}

function addLanes(
  values: ArrayLike<number>,
  map: (value: number) => number,
  { start, end, round }: Addition,
): number {
  const lanes = Array.from({ length: LANES }, (_, lane) => map(values[start + lane]));
  const whole = end - (end - start) % LANES;
  for (let at = start + LANES; at < whole; at += LANES) {
    for (let lane = 0; lane < LANES; lane++) lanes[lane] = round(lanes[lane] + map(values[at + lane]));
  }
  const [a, b, c, d, e, f, g, h] = lanes;
  const left = round(round(a + b) + round(c + d));
  const right = round(round(e + f) + round(g + h));
  return addAll(values, map, { start: whole, end, round, sum: round(left + right) });
}

function addAll(
  values: ArrayLike<number>,
  map: (value: number) => number,
  { start, end, round, sum }: Addition & { sum: number },
): number {
  for (let i = start; i < end; i++) sum = round(sum + map(values[i]));
  return sum;
}
