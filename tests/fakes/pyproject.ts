/** What a pyproject.toml of a test says; the rest is as most tests need it. */
export interface PyprojectOptions {
  readonly name?: string;
  readonly publisher?: string;
  readonly serverapp?: string;
  readonly clientapp?: string;
  /** Further lines of `[tool.flwr.app]`. */
  readonly app?: string;
  /** Further tables. */
  readonly tables?: string;
}

/** The pyproject.toml of an app that can be built. */
export function pyproject({
  name = "my-app",
  publisher = "acme",
  serverapp = "./server.ts:app",
  clientapp = "./client.ts:app",
  app = "",
  tables = "",
}: PyprojectOptions = {}): string {
  return `[project]
name = "${name}"
version = "1.0.0"
description = "An app of a test"
license = "Apache-2.0"

[tool.flwr.app]
publisher = "${publisher}"
${app}

[tool.flwr.app.components]
serverapp = "${serverapp}"
clientapp = "${clientapp}"

${tables}
`;
}
