import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { fakeEnv } from "../../tests/fakes/env.ts";
import { pythonEnvironment } from "./python_environment.ts";

/** A folder with files and links in it, by path. What begins with `->` is a link. */
async function furnished(files: Record<string, string>): Promise<{ folder: string } & AsyncDisposable> {
  const folder = await Deno.realPath(await Deno.makeTempDir());
  for (const [path, content] of Object.entries(files)) {
    const place = join(folder, path);
    await Deno.mkdir(join(place, ".."), { recursive: true });
    const text = content.replaceAll("ROOT", folder);
    if (text.startsWith("->")) await Deno.symlink(text.slice(2), place);
    else await Deno.writeTextFile(place, text, { mode: 0o755 });
  }
  return { folder, [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }) };
}

const env = fakeEnv();
const ignore = Deno.build.os === "windows";

Deno.test(
  { name: "Python's environment: a virtual one, and the installation it was made from", ignore },
  async () => {
    await using place = await furnished({
      "base/bin/python3.11": "",
      "base/bin/python3": "->python3.11",
      "venv/pyvenv.cfg": "home = ROOT/base/bin\nversion = 3.11\n",
      "venv/bin/python3": "->ROOT/base/bin/python3",
      "venv/bin/flwr-clientapp": "#!ROOT/venv/bin/python3\nimport sys\n",
    });
    const { folder } = place;
    const { read, execute } = await pythonEnvironment(`${folder}/venv/bin/flwr-clientapp`, env);
    assert(read.includes(`${folder}/base/lib`));
    assert(execute.includes(`${folder}/base/bin/python3`));
    assert(execute.includes(`${folder}/venv`) && execute.includes(`${folder}/base/bin/python3.11`));
    assert(!execute.includes(`${folder}/base/bin`) && !read.includes(folder));
  },
);

Deno.test({ name: "Python's environment: a home folder is not part of it", ignore }, async () => {
  await using place = await furnished({
    "usr/bin/python3": "",
    "home/.local/bin/flwr-clientapp": "#!ROOT/usr/bin/python3\n",
  });
  const { folder } = place;
  const { read, execute } = await pythonEnvironment(`${folder}/home/.local/bin/flwr-clientapp`, env);
  assert(read.includes(`${folder}/home/.local/lib`) && read.includes(`${folder}/usr/lib`));
  for (const path of [...read, ...execute]) {
    assert(path !== `${folder}/home` && path !== `${folder}/home/.local` && path !== `${folder}/usr`, path);
  }
});

Deno.test({ name: "Python's environment: where its path has a space, a shell runs it", ignore }, async () => {
  await using place = await furnished({
    "a place/pyvenv.cfg": "home = /usr/bin\n",
    "a place/bin/python": "",
    "a place/bin/flwr-clientapp": `#!/bin/sh\n'''exec' "ROOT/a place/bin/python" "$0" "$@"\n' '''\n`,
  });
  const { execute } = await pythonEnvironment(`${place.folder}/a place/bin/flwr-clientapp`, env);
  assert(execute.includes(`${place.folder}/a place`) && execute.includes("/bin/sh"));
});

Deno.test(
  { name: "Python's environment: what is no Python script is itself and no more", ignore },
  async () => {
    await using place = await furnished({ "bin/flwr-clientapp": "#!/usr/bin/env bash\n" });
    const script = `${place.folder}/bin/flwr-clientapp`;
    assertEquals(await pythonEnvironment(script, env), { read: [], execute: [script, script] });
  },
);
