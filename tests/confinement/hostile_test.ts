import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { fileURLToPath } from "node:url";
import { Federation } from "./federation.ts";
import { fromSource } from "./program.ts";

/*
 * Apps that do their worst, run by real processes: a SuperLink with TLS, a SuperNode with a key, from source, each
 * daemon with no more permissions than `corolla permissions` prints for it.
 */

const HOSTILE = fileURLToPath(new URL("./apps/hostile", import.meta.url));

/** Why an attempt may be refused. Anything else, a mistake in the attempt above all, does not count. */
const REFUSALS = [
  /Requires (read|write|net|env|run|sys|ffi) access/,
  /NotCapable|EPERM/,
  /--cached-only is specified/,
  /Can't escalate parent thread permissions/,
  /too many attached databases - max 0/,
  /failed to open preopen/,
  /"bytes" is not a valid module type/,
];

/** A federation with one SuperNode, and things around it that no app was given. */
class HostileWorld implements AsyncDisposable {
  /** How often somebody connected to the port that is forbidden. */
  connections = 0;
  readonly #ends: (() => void)[] = [];

  private constructor(readonly federation: Federation, readonly forbidden: Deno.TcpListener) {
    this.#ends.push(() => forbidden.close());
    this.#countConnections();
  }

  static async start(): Promise<HostileWorld> {
    const forbidden = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    // Whatever Deno itself would fetch, it would ask for here.
    const proxy = `http://127.0.0.1:${forbidden.addr.port}`;
    const env = { HTTP_PROXY: proxy, HTTPS_PROXY: proxy, JSR_URL: proxy };
    const federation = await Federation.prepare({ program: fromSource, env });
    const world = new HostileWorld(federation, forbidden);
    try {
      await world.#furnish();
      const results = federation.path("results");
      await federation.begin({ superlink: ["--allow-app-write", results] });
      await federation.addSuperNode({ flags: ["--allow-app-read", federation.path("data")] });
      return world;
    } catch (error) {
      console.error(federation.said);
      await world[Symbol.asyncDispose]();
      throw error;
    }
  }

  async #furnish(): Promise<void> {
    const { federation } = this;
    for (const folder of ["private", "data", "results"]) await Deno.mkdir(federation.path(folder));
    const write = (name: string, text: string) => Deno.writeTextFile(federation.path(name), text);
    await write("private/module.ts", `export const secret = "secret of the module";`);
    await write("private/some.json", `{ "secret": "of the JSON" }`);
    await write("data/images.txt", "what the operator grants");
  }

  /** Runs the app and gives what it printed. */
  async run(story: string, config: Record<string, string> = {}) {
    const settings = {
      story,
      "key-path": this.federation.keyPath(1),
      folder: this.federation.path("private"),
      "granted-path": this.federation.path("data/images.txt"),
      ...config,
    };
    const words = Object.entries(settings).map(([key, value]) => `${key}=${JSON.stringify(value)}`);
    words.push(`port=${this.forbidden.addr.port}`);
    return await this.federation.flwr(["run", HOSTILE, "test", "--stream", "--run-config", words.join(" ")]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const end of this.#ends) end();
    await this.federation[Symbol.asyncDispose]();
  }

  async #countConnections(): Promise<void> {
    for await (const connection of this.forbidden) {
      this.connections++;
      connection.close();
    }
  }
}

Deno.test("confinement: an app that does its worst", async (t) => {
  await using world = await HostileWorld.start();
  await t.step("a ClientApp gets at nothing that it was not given", async () => {
    const { code, stdout, stderr } = await world.run("attempts may");
    console.log(stdout, stderr);
  });
});
