import type { AppEnd, AppOrder, AppProcess, Launcher } from "./ports.ts";

type Request =
  | { readonly kind: "start"; readonly id: number; readonly order: AppOrder }
  | { readonly kind: "stop"; readonly id: number }
  | { readonly kind: "stopAll" };

type Answer =
  | { readonly kind: "ended"; readonly id: number; readonly end: AppEnd }
  | { readonly kind: "stoppedAll" };

/** A launcher that works in another Worker: orders go and endings come back through a port. */
export class RemoteLauncher implements Launcher {
  readonly #port: MessagePort;
  readonly #endings = new Map<number, (end: AppEnd) => void>();
  readonly #stopped = Promise.withResolvers<void>();
  #count = 0;

  /** @param port the other end is with {@link serveLauncher}; it belongs to the launcher from here on */
  constructor(port: MessagePort) {
    this.#port = port;
    port.onmessage = ({ data }: MessageEvent<Answer>) => this.#hear(data);
  }

  start(order: AppOrder): AppProcess {
    const id = ++this.#count;
    const { promise: ended, resolve } = Promise.withResolvers<AppEnd>();
    this.#endings.set(id, resolve);
    this.#say({ kind: "start", id, order });
    return { ended, stop: () => this.#say({ kind: "stop", id }) };
  }

  async stop(): Promise<void> {
    this.#say({ kind: "stopAll" });
    await this.#stopped.promise;
    this.#port.close();
  }

  #say(request: Request): void {
    this.#port.postMessage(request);
  }

  #hear(answer: Answer): void {
    if (answer.kind === "stoppedAll") return this.#stopped.resolve();
    this.#endings.get(answer.id)?.(answer.end);
    this.#endings.delete(answer.id);
  }
}

/** Has a launcher take orders from a {@link RemoteLauncher} at the other end of the port. */
export function serveLauncher(port: MessagePort, launcher: Launcher): void {
  const running = new Map<number, AppProcess>();
  const say = (answer: Answer) => port.postMessage(answer);
  const start = (id: number, order: AppOrder) => {
    const process = launcher.start(order);
    running.set(id, process);
    process.ended.then((end) => {
      running.delete(id);
      say({ kind: "ended", id, end });
    });
  };
  port.onmessage = async ({ data }: MessageEvent<Request>) => {
    if (data.kind === "start") return start(data.id, data.order);
    if (data.kind === "stop") return running.get(data.id)?.stop();
    const endings = [...running.values()].map(({ ended }) => ended);
    await launcher.stop();
    // Nothing is heard after the last word, so every ending is said before it.
    await Promise.all(endings);
    say({ kind: "stoppedAll" });
  };
}
