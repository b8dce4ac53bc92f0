/**
 * What surrounds an app's work: `enter` before, `exit` after, also when the work failed.
 *
 * @example
 * ```ts
 * import { ClientApp, type Context, type Lifespan } from "corolla";
 *
 * const timed: Lifespan<Context> = {
 *   enter: () => console.time("message"),
 *   exit: () => console.timeEnd("message"),
 * };
 * export const app = new ClientApp().lifespan(timed);
 * ```
 */
export interface Lifespan<Context> {
  /** Called before the work. What it throws ends the work before it began. */
  enter?(context: Context): void | Promise<void>;
  /** Called after the work, also when the work failed. */
  exit?(context: Context): void | Promise<void>;
}

/**
 * A lifespan as one generator: the app works while it waits at its only `yield`.
 *
 * @example
 * ```ts
 * import { type Context, type LifespanGenerator, ServerApp } from "corolla";
 *
 * const announced: LifespanGenerator<Context> = function* ({ runId }) {
 *   console.log(`Run ${runId} begins`);
 *   try {
 *     yield;
 *   } finally {
 *     console.log(`Run ${runId} is over`);
 *   }
 * };
 * export const app = new ServerApp().lifespan(announced).main(() => {});
 * ```
 */
export type LifespanGenerator<Context> = (context: Context) => AsyncGenerator<void> | Generator<void>;

/**
 * Any form a lifespan may be given in.
 *
 * @example
 * ```ts
 * import { ClientApp, type Context, type LifespanLike } from "corolla";
 *
 * const both: LifespanLike<Context>[] = [{ exit: () => console.log("done") }, function* () {
 *   yield;
 * }];
 * export const apps = both.map((lifespan) => new ClientApp().lifespan(lifespan));
 * ```
 */
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
