/** What a new app may be written in. */
export const TEMPLATES = ["typescript", "python"] as const;

/** One of {@link TEMPLATES}. */
export type Template = typeof TEMPLATES[number];

/** The files of a new app by path. Only the template that is used is loaded. */
export async function appFiles(
  template: Template,
  app: { readonly name: string; readonly publisher: string },
): Promise<Map<string, string>> {
  const files = template === "typescript"
    ? (await import("./typescript.ts")).typescript
    : (await import("./python.ts")).python;
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
