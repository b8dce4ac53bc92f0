/** The one of `names` that was most likely meant by `typed`; undefined when none is near. */
export function nearest(typed: string, names: readonly string[]): string | undefined {
  const reach = Math.max(2, Math.floor(typed.length / 3));
  let best: string | undefined;
  let least = reach + 1;
  for (const name of names) {
    const steps = editSteps(typed, name);
    if (steps < least) [best, least] = [name, steps];
  }
  return best;
}

/** How many letters have to be put in, taken out or changed to make one text the other. */
function editSteps(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let j = 1; j <= to.length; j++) {
      const change = row[j - 1] + (from[i - 1] === to[j - 1] ? 0 : 1);
      next.push(Math.min(change, row[j] + 1, next[j - 1] + 1));
    }
    row = next;
  }
  return row[to.length];
}
