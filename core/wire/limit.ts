/**
 * `work`, of which at most `most` calls run at once; others wait in the order in which they were made. Once a call
 * has failed, all that wait, and all that are still to be made, fail with the same error.
 */
export function limited<In, Out>(
  most: number,
  work: (input: In) => Promise<Out>,
): (input: In) => Promise<Out> {
  const waiting: (() => void)[] = [];
  let running = 0;
  let failure: { readonly error: unknown } | undefined;
  return async (input) => {
    if (running >= most) await new Promise<void>((go) => waiting.push(go));
    else running++;
    try {
      if (failure) throw failure.error;
      return await work(input);
    } catch (error) {
      failure ??= { error };
      throw error;
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running--;
    }
  };
}
