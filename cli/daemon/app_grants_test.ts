import { assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { fakeEnv } from "../../tests/fakes/env.ts";
import { UserError } from "../output.ts";
import { appGrants, type GrantFlags, refuseGrants } from "./app_grants.ts";
import { appEnvironment } from "./app_environment.ts";

const NONE: GrantFlags = {
  "allow-app-read": [],
  "allow-app-write": [],
  "allow-app-net": [],
  "allow-app-device": [],
  "allow-app-env": [],
  "allow-unconfined-apps": false,
  "app-fence": undefined,
  "require-fence": false,
  "allow-runtime-dependency-installation": false,
};

Deno.test("grants: no app is given our keys or our state, by whatever path", async () => {
  const folder = await Deno.makeTempDir();
  try {
    for (const path of ["site/keys", "site/data", "home/scratch"]) {
      await Deno.mkdir(`${folder}/${path}`, { recursive: true });
    }
    await Deno.writeTextFile(`${folder}/site/keys/node`, "key");
    await Deno.symlink(`${folder}/site`, `${folder}/link`);
    const env = fakeEnv({ cwd: folder, variables: { FLWR_HOME: `${folder}/home` } });
    const flags = { ...NONE, "auth-supernode-private-key": "site/keys/node" };
    const grants = await appGrants({ ...flags, "allow-app-read": ["site/data"] } as GrantFlags, env);
    assertEquals(grants.read, [`${folder}/site/data`]);
    const refused: [flag: string, path: string, what: string][] = [
      ["allow-app-read", "site", "the file of --auth-supernode-private-key"],
      ["allow-app-read", "site/keys/node", "the file of --auth-supernode-private-key"],
      ["allow-app-write", "link", "the file of --auth-supernode-private-key"],
      ["allow-app-read", "home", "FLWR_HOME"],
      ["allow-app-read", "/", "--auth-supernode-private-key"],
      ["allow-app-read", "nowhere", "nothing is there"],
    ];
    for (const [flag, path, what] of refused) {
      const given = { ...flags, [flag]: [path] } as GrantFlags;
      const error = await assertRejects(() => appGrants(given, env), UserError);
      assertStringIncludes(error.message, `--${flag} ${path}`);
      assertStringIncludes(error.message, what);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("grants: a fence cannot be required of who starts no apps", () => {
  refuseGrants(NONE);
  assertThrows(() => refuseGrants({ ...NONE, "require-fence": true }), UserError, "--isolation process");
});

Deno.test("grants: app processes see harmless variables and those that the operator names, and no others", () => {
  const variables = { PATH: "/bin", AWS_SECRET: "x", HF_HOME: "/hf", FLWR_HOME: "/h", LANG: "C" };
  const env = fakeEnv({ variables });
  const seen = appEnvironment(env, { granted: ["HF_HOME", "MODE=fast=yes", "MISSING"] });
  assertEquals([seen.PATH, seen.LANG, seen.HF_HOME, seen.MODE], ["/bin", "C", "/hf", "fast=yes"]);
  for (const name of ["AWS_SECRET", "FLWR_HOME", "MISSING"]) assertEquals(name in seen, false, name);
});
