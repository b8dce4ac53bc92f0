import type { Env } from "../env.ts";
import { UserError } from "../output.ts";

/** Asks the person at the terminal, line by line. */
export class Questions {
  readonly #env: Env;
  readonly #lines: AsyncIterator<string>;

  constructor(env: Env) {
    this.#env = env;
    this.#lines = env.stdinLines()[Symbol.asyncIterator]();
  }

  /** Whether there is somebody to ask. */
  static possible({ isTerminal }: Env): boolean {
    return isTerminal.stdin && isTerminal.stderr;
  }

  /**
   * Asks until the answer is good.
   * @param check what is wrong with an answer, as a sentence; undefined when it is good
   * @throws {UserError} when there are no more answers
   */
  async ask(
    question: string,
    { fallback, check }: { fallback?: string; check: (answer: string) => string | undefined },
  ): Promise<string> {
    for (;;) {
      this.#env.stderr(`${question}${fallback === undefined ? "" : ` [${fallback}]`}: `);
      const { value, done } = await this.#lines.next();
      if (done) throw new UserError(`Cannot go on without an answer to: ${question}`);
      const answer = value.trim() || (fallback ?? "");
      const wrong = check(answer);
      if (wrong === undefined) return answer;
      this.#env.stderr(`${wrong}\n`);
    }
  }
}
