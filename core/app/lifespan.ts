/** What surrounds an app's work: `enter` before, `exit` after, also when the work failed. */
export interface Lifespan<Context> {
  enter?(context: Context): void | Promise<void>;
  exit?(context: Context): void | Promise<void>;
}

/** A lifespan as one generator: the app works while it waits at its only `yield`. */
export type LifespanGenerator<Context> = (context: Context) => AsyncGenerator<void> | Generator<void>;

/** Any form a lifespan may be given in. */
export type LifespanLike<Context> = Lifespan<Context> | LifespanGenerator<Context>;

/**
 * Does `work` inside a lifespan; without one, just does it.
 * @throws whatever the work throws; a TypeError when a generator yields not exactly once
 */
export async function within<Context, Result>(
  lifespan: LifespanLike<Context> | undefined,
  { context, work }: { context: Context; work: () => Promise<Result> },
): Promise<Result> {
  if (!lifespan) return await work();
  const { enter, exit } = typeof lifespan === "function" ? fromGenerator(lifespan) : {
    enter: lifespan.enter?.bind(lifespan),
    exit: lifespan.exit?.bind(lifespan),
  };
  await enter?.(context);
  let result: Result;
  try {
    result = await work();
  } catch (failure) {
    // What went wrong first is what its author must see, whatever the clean-up says after it.
    await Promise.resolve(exit?.(context)).catch(() => {});
    throw failure;
  }
  await exit?.(context);
  return result;
}

function fromGenerator<Context>(generator: LifespanGenerator<Context>): Lifespan<Context> {
  let steps: AsyncGenerator<void> | Generator<void>;
  return {
    async enter(context) {
      steps = generator(context);
      if ((await steps.next()).done) {
        throw new TypeError("Cannot run the app as its lifespan must yield once: it did not yield");
      }
    },
    async exit() {
      if (!(await steps.next()).done) {
        throw new TypeError("Cannot end the app as its lifespan must yield once: it yielded again");
      }
    },
  };
}
