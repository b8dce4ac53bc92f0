/** What an app should not do, by the word in its configuration. */
export const misdeeds: Record<string, () => unknown> = {
  throws: () => {
    throw new RangeError("thrown on purpose");
  },
  "throws a string": () => {
    throw "no error at all";
  },
  rejects: () => {
    Promise.reject(new TypeError("rejected on purpose"));
    return forever();
  },
  "throws later": () => {
    setTimeout(() => {
      throw new EvalError("thrown late on purpose");
    });
    return forever();
  },
  waits: forever,
  spins: () => {
    while (true) { /* an endless loop never gives anybody a turn */ }
  },
  exits: () => Deno.exit(3),
  closes: () => {
    self.close();
    return forever();
  },
  "returns nothing": () => undefined,
  "returns something": () => ({ content: "not a message" }),
  eats: () => {
    const eaten: number[][] = [];
    while (true) eaten.push(new Array(1_000_000).fill(Math.random()));
  },
};

function forever(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 1_000_000));
}
