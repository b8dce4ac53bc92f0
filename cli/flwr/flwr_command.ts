import { command, type Line } from "../command.ts";
import type { Run } from "../commands.ts";
import { type Connection, readConnections } from "../config/connections.ts";
import { choice, type FlagTable, texts, UsageError } from "../config/flags.ts";
import type { About } from "../config/help.ts";
import type { Env } from "../env.ts";
import { toJson, UserError } from "../output.ts";
import { ControlClient } from "./control_client.ts";

/** What a `flwr` command works with. */
export interface Session {
  readonly env: Env;
  /** Whether the answer is wanted as JSON. */
  readonly json: boolean;
  /** Says something on the way; with JSON it shows only as part of an error. Ends with a line end. */
  say(text: string): void;
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
 */
export function flwrCommand<Table extends FlagTable>(
  about: About<Table>,
  body: (line: Line<Table & typeof formatFlag>, session: Session) => Promise<number | void>,
): Run {
  const flags = { ...about.flags, ...formatFlag };
  return command({ ...about, flags }, async (line, env) => {
    const session = new FlwrSession(env, line.flags.format === "json");
    try {
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

  async connection(name: string | undefined): Promise<Connection> {
    const connections = await readConnections(this.env, (text) => this.say(text));
    const connection = connections.get(name);
    this.say(`Using SuperLink: ${connection.name} (${connection.address})\n`);
    return connection;
  }

  async control(connection: Connection): Promise<ControlClient> {
    const client = await ControlClient.open(this.env, connection);
    this.#open.push(client);
    return client;
  }

  /** What was said on the way and then went wrong, as one text without pictures. */
  story(error: UserError): string {
    return `${this.#said}\n${error.message}`.replace(/\p{Extended_Pictographic}\ufe0f?/gu, "");
  }

  close(): void {
    for (const client of this.#open) client.close();
  }
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
