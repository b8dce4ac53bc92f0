import { fileURLToPath } from "node:url";
import { run } from "../../cli/run.ts";
import { taskToken } from "../../core/auth/task_token.ts";
import { memoryContentFiles } from "../../core/io/memory_content_files.ts";
import { RpcClient } from "../../core/rpc/client.ts";
import { MemoryTransport } from "../../core/rpc/memory_transport.ts";
import { MemoryStore } from "../../core/store/memory_store.ts";
import { ObjectExchange } from "../../core/store/object_exchange.ts";
import { createSuperLink, type SuperLink } from "../../core/superlink/superlink.ts";
import { serverAppIo } from "../../core/wire/methods.ts";
import { objectIdOf, parseHead } from "../../core/wire/object.ts";
import { FakeClock } from "../fakes/clock.ts";
import { type FakeEnv, fakeEnv } from "../fakes/env.ts";
import { FakeLog } from "../fakes/log.ts";
import { FakeRandom } from "../fakes/random.ts";
import { outcomeText } from "./transcript.ts";

/** The address at which the world's SuperLink answers. */
const ADDRESS = "127.0.0.1:9093";

/** Something a ServerApp does in a transcript. */
type AppAct = { readonly act: "print"; readonly text: string } | { readonly act: "complete" } | {
  readonly act: "fail";
  readonly text: string;
};

/**
 * What a transcript runs in: a folder of its own, a SuperLink in memory at 127.0.0.1:9093, a clock that stands
 * still, and a ServerApp that does what the transcript says.
 */
export class World {
  readonly #clock = new FakeClock();
  readonly #variables: Record<string, string> = {};
  readonly #over = new AbortController();
  readonly #acts: AppAct[] = [];
  readonly #link: SuperLink;
  #columns = 110;

  private constructor(readonly folder: string) {
    const store = new MemoryStore();
    const format = { idOf: objectIdOf, childrenOf: (content: Uint8Array) => parseHead(content).children };
    this.#link = createSuperLink({
      store,
      objects: new ObjectExchange({ store, files: memoryContentFiles(), format }),
      clock: this.#clock,
      random: new FakeRandom(7),
      log: new FakeLog(),
      isolation: "process",
      supernodeAuth: true,
    });
  }

  /** A new world in which these files exist, and the keys and certificates of the test vectors under `keys`. */
  static async make(files: ReadonlyMap<string, string>): Promise<World> {
    const world = new World(await Deno.realPath(await Deno.makeTempDir({ prefix: "corolla-script-" })));
    const vectors = new URL("../vectors/keys/", import.meta.url);
    await Deno.mkdir(`${world.folder}/keys`);
    for await (const { name } of Deno.readDir(vectors)) {
      await Deno.copyFile(new URL(name, vectors), `${world.folder}/keys/${name}`);
    }
    for (const [path, content] of files) {
      const whole = `${world.folder}/${path}`;
      await Deno.mkdir(whole.slice(0, whole.lastIndexOf("/")), { recursive: true });
      await Deno.writeTextFile(whole, content);
    }
    await world.#link.recover();
    world.#play();
    return world;
  }

  /** Runs one command line. @returns its outcome as it stands in a transcript */
  async command(words: readonly string[]): Promise<string> {
    const [programName, ...args] = words;
    const env = this.#env(programName);
    const status = await run(args, env);
    return outcomeText({ out: this.#general(env.out()), err: this.#general(env.err()), status });
  }

  /** Makes something happen that is no command. */
  async event(words: readonly string[]): Promise<void> {
    const [what, ...rest] = words;
    if (what === "app" && rest[0] === "print") {
      this.#acts.push({ act: "print", text: rest.slice(1).join(" ") });
    } else if (what === "app" && rest[0] === "complete") this.#acts.push({ act: "complete" });
    else if (what === "app" && rest[0] === "fail") {
      this.#acts.push({ act: "fail", text: rest.slice(1).join(" ") });
    } else if (what === "pass" && rest[1] === "seconds") await this.#clock.advance(Number(rest[0]) * 1000);
    else if (what === "columns") this.#columns = Number(rest[0]);
    else if (what === "set") this.#variables[rest[0]] = rest[1];
    else throw new Error(`Cannot understand @${words.join(" ")}`);
  }

  async end(): Promise<void> {
    this.#over.abort();
    await this.#link.stop();
    await Deno.remove(this.folder, { recursive: true });
  }

  #env(programName: string): FakeEnv {
    const variables = { HOME: this.folder, FLWR_HOME: `${this.folder}/home`, PATH: "", ...this.#variables };
    return fakeEnv({
      programName,
      variables,
      cwd: this.folder,
      clock: this.#clock,
      columns: this.#columns,
      connect: ({ address }) => {
        return address === ADDRESS
          ? new MemoryTransport(this.#link.control, { clock: this.#clock })
          : undefined;
      },
    });
  }

  /** Places differ from machine to machine; a transcript names them. */
  #general(text: string): string {
    const source = fileURLToPath(new URL("../../", import.meta.url)).replace(/\/$/, "");
    return text.replaceAll(this.folder, "{folder}").replaceAll(source, "{source}")
      .replaceAll(Deno.execPath(), "{deno}");
  }

  /** Takes each run as it comes and does what the transcript says an app does. */
  async #play(): Promise<void> {
    const transport = new MemoryTransport(this.#link.serverAppIo, { clock: this.#clock });
    const superexec = new RpcClient(transport);
    const { signal } = this.#over;
    try {
      while (!signal.aborted) {
        const { tasks } = await superexec.call(serverAppIo.PullPendingTasks, {}, { signal });
        for (const { task_id, run_id } of this.#acts.length > 0 ? tasks : []) {
          const { token } = await superexec.call(serverAppIo.ClaimTask, { task_id });
          await this.#perform(new RpcClient(transport, { credentials: [taskToken(token!)] }), run_id);
        }
        if (this.#acts.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  async #perform(app: RpcClient, run_id: string): Promise<void> {
    const { context } = await app.call(serverAppIo.PullTaskInput, {});
    for (let act = this.#acts.shift(); act; act = this.#acts.shift()) {
      const node = { node_id: 1n };
      if (act.act === "print") {
        await app.call(serverAppIo.PushLogs, { node, run_id, logs: [`${act.text}\n`] });
      } else {
        const end = act.act === "fail"
          ? { sub_status: "failed", details: act.text }
          : { sub_status: "completed", details: "" };
        await app.call(serverAppIo.PushTaskOutput, { context, ...end });
        return;
      }
    }
  }
}
