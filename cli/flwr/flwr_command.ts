import { command, type Line } from "../command.ts";
import type { Run } from "../commands.ts";
import { type Connection, readConnections } from "../config/connections.ts";
import { choice, type FlagTable, texts, UsageError } from "../config/flags.ts";
import type { About } from "../config/help.ts";
import type { Env } from "../env.ts";
import { mayColour, type Style, styled, toJson, UserError } from "../output.ts";
import { ControlClient } from "./control_client.ts";
import { isLocal, localSuperLink } from "./local_superlink.ts";

/** What a `flwr` command works with. */
export interface Session {
  readonly env: Env;
  /** Whether the answer is wanted as JSON. */
  readonly json: boolean;
  /** Says something on the way; with JSON it shows only as part of an error. Ends with a line end. */
  say(text: string): void;
  /** The text in a colour where the result is read by people on a terminal. */
  coloured(text: string, style: Style): string;
  /** Says the result: text for people, or a value for programs. */
  answer(result: { text: () => string; json: () => unknown }): void;
  /** Reads the configuration and says which SuperLink is used. @throws {UserError} */
  connection(name: string | undefined): Promise<Connection>;
  /** Connects to a SuperLink; closed when the command ends. @throws {UserError} */
  control(connection: Connection): Promise<ControlClient>;
}

/** The flag that every command with a result has. */
const formatFlag = {
  format: choice(["default", "json"], {
    help: "How the result is written",
    default: "default",
    anyCase: true,
  }),
};

/** Understood on old command lines, where it changes nothing any more. */
export const oldFederationConfig = {
  "federation-config": texts({ placeholder: "CONFIG", help: "", hidden: true }),
};

/**
 * Makes a `flwr` command. Its errors are JSON when `--format json` was asked for; the status is not 0 then either.
 * A command whose last word is `[SUPERLINK]` also moves what an app's `pyproject.toml` says about SuperLinks to
 * `config.toml`, and knows command lines from before there was one.
 */
export function flwrCommand<Table extends FlagTable>(
  about: About<Table>,
  body: (line: Line<Table & typeof formatFlag>, session: Session) => Promise<number | void>,
): Run {
  const flags = { ...about.flags, ...formatFlag };
  const takesMore = about.words?.at(-1) === SUPERLINK && about.words[0] !== "[APP]";
  return command({ ...about, flags, takesMore }, async (line, env) => {
    const session = new FlwrSession(env, line.flags.format === "json");
    try {
      if (takesMore) await session.migrate(about.words ?? [], line.words);
      return await body(line as unknown as Line<Table & typeof formatFlag>, session) ?? 0;
    } catch (error) {
      if (!session.json || !(error instanceof UserError)) throw error;
      env.stdout(toJson({ success: false, "error-message": session.story(error) }) + "\n");
      return error.exitStatus;
    } finally {
      session.close();
    }
  });
}

/**
 * A `flwr` command that shows text as it comes, for which there is no `--format`. Otherwise like {@link flwrCommand}.
 */
export function streamCommand<Table extends FlagTable>(
  about: About<Table>,
  body: (line: Line<Table>, session: Session) => Promise<number | void>,
): Run {
  return command({ ...about, takesMore: true }, async (line, env) => {
    const session = new FlwrSession(env, false);
    try {
      await session.migrate(about.words ?? [], line.words);
      return await body(line as unknown as Line<Table>, session) ?? 0;
    } finally {
      session.close();
    }
  });
}

/** The word that says which SuperLink is meant. */
const SUPERLINK = "[SUPERLINK]";

class FlwrSession implements Session {
  readonly #open: ControlClient[] = [];
  #said = "";

  constructor(readonly env: Env, readonly json: boolean) {}

  say(text: string): void {
    if (this.json) this.#said += text;
    else this.env.stdout(text);
  }

  answer(result: { text: () => string; json: () => unknown }): void {
    this.env.stdout(this.json ? toJson(result.json()) + "\n" : result.text());
  }

  async migrate(places: readonly string[], words: readonly string[]): Promise<void> {
    const at = places.indexOf(SUPERLINK);
    const { migrateFor } = await import("./migrate.ts");
    const asked = { superlink: words[at], before: words.slice(0, at), more: words.slice(at + 1) };
    await migrateFor(asked, { env: this.env, say: (text) => this.say(text) });
  }

  async connection(name: string | undefined): Promise<Connection> {
    const connections = await readConnections(this.env, (text) => this.say(text));
    const named = connections.get(name);
    const say = (text: string) => this.say(this.coloured(text, "blue"));
    const connection = isLocal(named) ? await localSuperLink(named, { env: this.env, say }) : named;
    const text = `Using SuperLink: ${connection.name} (${connection.address})`;
    this.say(`${this.coloured(text, "blue")}\n`);
    return connection;
  }

  async control(connection: Connection): Promise<ControlClient> {
    const client = await ControlClient.open(this.env, connection);
    this.#open.push(client);
    return client;
  }

  coloured(text: string, style: Style): string {
    return styled(text, [style], !this.json && mayColour(this.env, "stdout"));
  }

  /** What was said on the way and then went wrong, as one text without pictures. */
  story(error: UserError): string {
    return `${this.#said}\n${error.message}`.replace(/\p{Extended_Pictographic}\ufe0f?/gu, "");
  }

  close(): void {
    for (const client of this.#open) client.close();
  }
}

/** The federation of a SuperLink that knows no other; not worth a word. */
const DEFAULT_FEDERATION = "@none/default";

/** ` of federation NAME`, with another word for `of` if told; nothing for the only one there is. */
export function whereText(federation: string, word = "of"): string {
  return federation && federation !== DEFAULT_FEDERATION ? ` ${word} federation ${federation}` : "";
}

/** A run's or node's id as the user typed it. @throws {UsageError} */
export function idFrom(typed: string, what: string): bigint {
  if (/^\d{1,20}$/.test(typed) && BigInt(typed) < 2n ** 64n) return BigInt(typed);
  throw new UsageError(`Cannot use "${typed}" as ${what}: it must be a whole number below 2^64`);
}

/** Warns about a flag that has lost its meaning. */
export function warnOldFederationConfig(given: readonly string[], env: Env): void {
  if (given.length === 0) return;
  env.stderr("Warning: --federation-config changes nothing here; name a connection of config.toml instead\n");
}
