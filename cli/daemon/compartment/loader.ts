import { type AppCode, PARAMETERS } from "./app_code.ts";

/** What a module of the app exports, or what stands for it. */
export type Exports = Record<string, unknown>;

/** What a loader needs of the compartment and of the world. */
export interface LoaderOptions {
  /** What `"corolla"` exports. */
  readonly corolla: Exports;
  /** Evaluates a script in the compartment. */
  evaluate(script: string): unknown;
  /** The text of a file of the app. @param url leads to one of the app's paths */
  readText(url: string): string;
}

type Body = (exports: Exports, module: { exports: Exports }, require: Require, meta: object) => void;
type Require = (specifier: unknown) => Exports;

interface Loaded {
  readonly module: { exports: Exports };
  /** What was thrown while it ran: whoever imports it again is thrown the same. */
  failure?: { readonly thrown: unknown };
}

/** Loads an app's modules out of what was read of its archive: nothing else can be named. */
export class Loader {
  readonly #code: AppCode;
  readonly #options: LoaderOptions;
  readonly #loaded = new Map<string, Loaded>();

  constructor(code: AppCode, options: LoaderOptions) {
    this.#code = code;
    this.#options = options;
  }

  /** A module's exports. @throws {Error} in words for the app's author; and what the module itself throws */
  load(url: string): Exports {
    const path = this.#pathOf(new URL(url).href, url);
    const loaded = this.#loaded.get(path);
    if (loaded?.failure) throw loaded.failure.thrown;
    return loaded?.module.exports ?? this.#run(path);
  }

  #run(path: string): Exports {
    const loaded: Loaded = { module: { exports: {} } };
    this.#loaded.set(path, loaded);
    try {
      const { module } = loaded;
      const url = this.#code.base + encoded(path);
      const script = this.#code.scripts.get(path);
      if (script === undefined) module.exports = dataOf(path, this.#options.readText(url));
      else if ("error" in script) throw new SyntaxError(script.error);
      else this.#bodyOf(script.body, path)(module.exports, module, this.#requireFor(url), metaOf(url));
      return module.exports;
    } catch (thrown) {
      loaded.failure = { thrown };
      throw thrown;
    }
  }

  #bodyOf(body: string, path: string): Body {
    try {
      // The end of the body may be a comment.
      const script = `(function (${PARAMETERS}) {${body}\n})\n//# sourceURL=${this.#code.base}${
        encoded(path)
      }`;
      return this.#options.evaluate(script) as Body;
    } catch (error) {
      throw new SyntaxError(`${error instanceof Error ? error.message : error} (${path})`);
    }
  }

  #requireFor(from: string): Require {
    return Object.freeze((given: unknown) => {
      const specifier = `${given}`;
      if (specifier === "corolla") return this.#options.corolla;
      if (/^(\.{0,2}\/|file:)/.test(specifier)) return this.load(new URL(specifier, from).href);
      throw new TypeError(refusalOf(specifier, this.#pathOf(from, from)));
    });
  }

  #pathOf(url: string, specifier: string): string {
    const { base, paths } = this.#code;
    if (url.startsWith(base)) {
      const path = decoded(url.slice(base.length));
      if (paths.has(path)) return path;
    }
    throw new TypeError(`Cannot import "${specifier}" as an app in a compartment has its own files only`);
  }
}

function refusalOf(specifier: string, path: string): string {
  const what = `Cannot import "${specifier}" in ${path}`;
  if (specifier.startsWith("node:")) {
    return `${what} as an app in a compartment has no modules of Node: use what is global, such as Deno.readFile, ` +
      "fetch and crypto, or have the operator run corolla where there is a fence";
  }
  const advice = /^(npm:)?@?[a-z]/.test(specifier) ? ": flwr build bundles packages of npm" : "";
  return `${what} as an app in a compartment imports "corolla" and its own files only${advice}`;
}

function dataOf(path: string, text: string): Exports {
  const value = path.endsWith(".json") ? JSON.parse(text) : text;
  return Object.defineProperty({ default: value }, "__esModule", { value: true });
}

function metaOf(url: string): object {
  const filename = decoded(url.replace(/^file:\/\/(?=\/)/, "").replace(/^\/(?=\w:\/)/, ""));
  return Object.freeze({ url, filename, dirname: filename.slice(0, filename.lastIndexOf("/")), main: false });
}

const encoded = (path: string) => path.split("/").map(encodeURIComponent).join("/");

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
