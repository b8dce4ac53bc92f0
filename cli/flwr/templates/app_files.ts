/** What a new app may be made of: a small app in one of the languages, or one of the examples. */
export const TEMPLATES = [
  "typescript",
  "python",
  "digits",
  "tabular",
  "secure-aggregation",
  "python-server",
] as const;

/** One of {@link TEMPLATES}. */
export type Template = typeof TEMPLATES[number];

/** How the files of each template are had. Only the one that is used is loaded. */
const LOADERS: Readonly<Record<Template, () => Promise<Readonly<Record<string, string>>>>> = {
  typescript: async () => (await import("./typescript.ts")).typescript,
  python: async () => (await import("./python.ts")).python,
  digits: async () => (await import("./digits.ts")).digits,
  tabular: async () => (await import("./tabular.ts")).tabular,
  "secure-aggregation": async () => (await import("./secure_aggregation.ts")).secureAggregation,
  "python-server": async () => (await import("./python_server.ts")).pythonServer,
};

/** The files of a new app by path. */
export async function appFiles(
  template: Template,
  app: { readonly name: string; readonly publisher: string },
): Promise<Map<string, string>> {
  const files = await LOADERS[template]();
  const values: Record<string, string> = { ...app, package: packageName(app.name) };
  const filled = (text: string) => text.replace(/\{\{(\w+)\}\}/g, (_all, key) => values[key]);
  return new Map(Object.entries(files).map(([path, text]) => [filled(path), filled(text)]));
}

/**
 * The Python package of an app. It always ends in `_app`, so that it is no keyword and hides no package that the
 * app imports, such as numpy, and so that it is no folder that archives leave out, such as `lib`.
 */
export function packageName(name: string): string {
  const snake = name.toLowerCase().normalize("NFKC").replace(/[^\p{XID_Continue}]+/gu, "_").replace(
    /_+$/,
    "",
  );
  return /(^|_)app$/.test(snake) && snake !== "app" ? snake : `${snake}_app`;
}
