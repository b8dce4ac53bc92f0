/** What the door says of itself. */
export interface DoorFigures {
  /** Peak and present resident memory. */
  readonly peakMib: number;
  readonly nowMib: number;
  /** What is taken of its budget, and how many wait for it. */
  readonly takenBytes: number;
  readonly waiting: number;
  /** Lines that it logged as errors. */
  readonly errors: number;
}

/** How long calls that are over may take to give back what they took. */
const REST_MS = 5_000;

/** A `door_server.ts` in a process of its own. */
export class DoorChild implements AsyncDisposable {
  private constructor(
    readonly port: number,
    private readonly process: Deno.ChildProcess,
    private readonly lines: AsyncIterator<string>,
    private readonly folder: string,
  ) {}

  static async start(options: { tls: boolean }): Promise<DoorChild> {
    const folder = await Deno.makeTempDir();
    const here = import.meta.dirname!;
    const keys = `${here}/../vectors/keys`;
    const tlsFiles = options.tls ? [`${keys}/server.pem`, `${keys}/server.key`, `${keys}/ca.crt`] : [];
    const process = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", `${here}/door_server.ts`, folder, ...tlsFiles],
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    const lines = textLines(process.stdout);
    const port = Number((await lines.next()).value);
    return new DoorChild(port, process, lines, folder);
  }

  async figures(): Promise<DoorFigures> {
    const writer = this.process.stdin.getWriter();
    await writer.write(new TextEncoder().encode("figures\n"));
    writer.releaseLock();
    return JSON.parse((await this.lines.next()).value);
  }

  /**
   * The figures once nothing is taken: a call is over for its caller a moment before it is for the door. What is never
   * given back stands in them.
   */
  async restingFigures(): Promise<DoorFigures> {
    const until = Date.now() + REST_MS;
    while (true) {
      const figures = await this.figures();
      if (figures.takenBytes === 0 && figures.waiting === 0 || Date.now() > until) return figures;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.process.stdin.close();
    await this.lines.return?.();
    await this.process.status;
    await Deno.remove(this.folder, { recursive: true });
  }
}

async function* textLines(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    yield* lines;
  }
}
