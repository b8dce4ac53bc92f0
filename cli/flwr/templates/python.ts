import gitignore from "./python/gitignore.txt" with { type: "text" };
import clientApp from "./python/package/client_app.py" with { type: "text" };
import init from "./python/package/init.py" with { type: "text" };
import serverApp from "./python/package/server_app.py" with { type: "text" };
import task from "./python/package/task.py" with { type: "text" };
import project from "./python/pyproject.toml" with { type: "text" };
import readme from "./python/README.md" with { type: "text" };

/** The files of a new Python app. */
export const python: Readonly<Record<string, string>> = {
  "pyproject.toml": project,
  "README.md": readme,
  "{{package}}/__init__.py": init,
  "{{package}}/server_app.py": serverApp,
  "{{package}}/client_app.py": clientApp,
  "{{package}}/task.py": task,
  ".gitignore": gitignore,
};
