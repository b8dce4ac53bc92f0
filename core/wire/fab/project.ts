import { ownComponentErrors, splitReference } from "./components.ts";
import { FabError } from "./error.ts";
import { flattenConfig } from "./run_config.ts";
import { patternErrors } from "./select.ts";
import { isTable, tableAt, type TomlTable } from "./toml.ts";
import { compareVersions, isVersion, parseRequirement, type Requirement, satisfies } from "./version.ts";

const APP_NAME = /^\p{L}[\p{L}\p{N}-]{0,31}$/u;
const NEWEST_FORMAT = 1n;
const REFERENCE_HELP = `


The object reference string should have the form <module>:<attribute>. Valid
examples include \`client:app\` and \`project.package.module:wrapper.app\`. It must
refer to a module on the PYTHONPATH and the module needs to have the specified
attribute.
`;

/** What is wrong with an app's `pyproject.toml`, and what is merely missing. */
export interface ProjectReport {
  readonly errors: readonly string[];
  readonly warnings: readonly string[];
}

/**
 * Checks the parsed `pyproject.toml` of an app.
 * @throws {FabError} for a value in `[tool.flwr.app.config]` that no configuration can hold
 */
export function validateProject(toml: TomlTable): ProjectReport {
  const project = tableAt(toml, "project");
  const app = tableAt(toml, "tool", "flwr", "app");
  const errors = project
    ? [...missing(project, ["name", "version"], "project")]
    : ["Missing [project] section"];
  const warnings = project
    ? ["description", "license"].filter((key) => !(key in project))
      .map((key) => `Recommended property "${key}" missing in [project]`)
    : [];
  if (project) errors.push(...dependencyErrors(project));
  if (!app) errors.push("Missing [tool.flwr.app] section");
  else errors.push(...appErrors(app));
  errors.push(...ownComponentErrors(toml));
  return { errors, warnings };
}

function appErrors(app: TomlTable): string[] {
  const errors = missing(app, ["publisher"], "tool.flwr.app");
  if (isTable(app.config)) flattenConfig(app.config);
  errors.push(...patternErrors(app));
  const components = app.components;
  if (!isTable(components)) return [...errors, "Missing [tool.flwr.app.components] section"];
  const kinds = "agentapp" in components ? ["agentapp"] : ["serverapp", "clientapp"];
  errors.push(...missing(components, kinds, "tool.flwr.app.components"));
  if (errors.length > 0) return errors;
  return kinds.flatMap((kind) => referenceErrors(components[kind]));
}

function missing(table: TomlTable, keys: readonly string[], name: string): string[] {
  return keys.filter((key) => !(key in table)).map((key) => `Property "${key}" missing in [${name}]`);
}

/** The first thing that is wrong with a reference such as `package.module:app` or `./server.ts:app`. */
function referenceErrors(reference: unknown): string[] {
  if (typeof reference !== "string") return [`Missing module in ${reference}${REFERENCE_HELP}`];
  const [module, attribute] = splitReference(reference);
  if (!module) return [`Missing module in ${reference}${REFERENCE_HELP}`];
  if (!attribute) return [`Missing attribute in ${reference}${REFERENCE_HELP}`];
  return [];
}

/** What names an app: `publisher/name` and its version. @throws {FabError} for what is missing or malformed */
export function identityOf(toml: TomlTable): { fabId: string; fabVersion: string; name: string } {
  const project = tableAt(toml, "project");
  if (!project) throw new FabError("Missing [project] section");
  const name = textOf(project, "name", "project");
  const fabVersion = textOf(project, "version", "project");
  if (!isAppName(name)) {
    throw new FabError(
      `The Flower App [project].name "${name}" is invalid, a valid app name must start with a letter, and can only ` +
        "contain letters, digits, and hyphens. The name must also be no longer than 32 characters.",
    );
  }
  const app = tableAt(toml, "tool", "flwr", "app");
  if (!app) throw new FabError("Missing [tool.flwr.app] section");
  return { fabId: `${textOf(app, "publisher", "tool.flwr.app")}/${name}`, fabVersion, name };
}

/** Whether a text may name an app: a letter, then letters, digits and hyphens, at most 32 in all. */
export function isAppName(name: string): boolean {
  return APP_NAME.test(name);
}

function textOf(table: TomlTable, key: string, name: string): string {
  const value = table[key];
  if (value === undefined) throw new FabError(`Property "${key}" missing in [${name}]`);
  if (typeof value !== "string") throw new FabError(`Property "${key}" in [${name}] must be a string.`);
  return value;
}

function dependenciesOf(project: TomlTable): (Requirement | undefined)[] | undefined {
  const list = project.dependencies ?? [];
  if (!Array.isArray(list)) return undefined;
  return list.map((item) => typeof item === "string" ? parseRequirement(item) : undefined);
}

function dependencyErrors(project: TomlTable): string[] {
  const dependencies = dependenciesOf(project);
  if (!dependencies) return ['Property "dependencies" in [project] must be a list of strings.'];
  const wrong = dependencies.indexOf(undefined);
  if (wrong >= 0) {
    const text = (project.dependencies as unknown[])[wrong];
    return [`Invalid dependency in [project].dependencies: ${JSON.stringify(text)} is no requirement.`];
  }
  const own = dependencies.filter((dependency) => dependency!.name === "flwr");
  return own.length > 1 ? ['Only one "flwr" requirement may stand in [project].dependencies.'] : [];
}

/**
 * Checks what `fab-format-version` asks for.
 * @param files the paths in the archive
 * @throws {FabError}
 */
export function checkFormat(toml: TomlTable, files: readonly string[]) {
  const app = tableAt(toml, "tool", "flwr", "app") ?? {};
  const format = app["fab-format-version"] ?? 0n;
  if (typeof format !== "bigint" || format < 0n) {
    throw new FabError("Invalid [tool.flwr.app].fab-format-version: expected a non-negative integer.");
  }
  if (format > NEWEST_FORMAT) {
    throw new FabError(`Unsupported [tool.flwr.app].fab-format-version: ${format}.`);
  }
  if (format === 1n) checkFormatOne(toml, app, files);
}

function checkFormatOne(toml: TomlTable, app: TomlTable, files: readonly string[]) {
  const key = "[tool.flwr.app].flwr-version-target";
  const target = app["flwr-version-target"];
  if (target === undefined) throw new FabError(`Missing ${key} for fab-format-version >= 1.`);
  if (typeof target !== "string" || !isVersion(target)) {
    throw new FabError(`Invalid ${key}: expected a version number.`);
  }
  checkLicense(toml, files);
  const specifiers = flwrSpecifiers(toml);
  const lower = specifiers.find(({ operator }) => operator === ">=")!;
  if (compareVersions(target, lower.version) < 0) {
    throw new FabError(
      `Invalid ${key}: must be greater than or equal to the declared "flwr" dependency lower bound.`,
    );
  }
  if (!specifiers.every((specifier) => satisfies(target, specifier))) {
    throw new FabError(`Invalid ${key}: must satisfy the declared "flwr" dependency.`);
  }
}

function checkLicense(toml: TomlTable, files: readonly string[]) {
  const license = tableAt(toml, "project", "license")?.file;
  if (license !== "LICENSE" && license !== "LICENSE.md") {
    throw new FabError(
      'fab-format-version = 1 requires [project].license to be { file = "LICENSE" } or { file = "LICENSE.md" }.',
    );
  }
  if (!files.includes(license)) {
    throw new FabError(`fab-format-version = 1 requires the file "${license}" in the app.`);
  }
}

function flwrSpecifiers(toml: TomlTable) {
  const dependencies = dependenciesOf(tableAt(toml, "project") ?? {}) ?? [];
  const own = dependencies.filter((dependency) => dependency?.name === "flwr");
  const specifiers = own[0]?.specifiers ?? [];
  if (own.length !== 1 || !specifiers.some(({ operator }) => operator === ">=")) {
    throw new FabError(
      'fab-format-version = 1 requires exactly one "flwr" dependency with a ">=" lower bound.',
    );
  }
  return specifiers;
}
