/** Every path that a database at `path` may touch: what a role needs to read and write, and nothing else. */
export function sqlitePaths(path: string): string[] {
  return [path, `${path}-wal`, `${path}-shm`, `${path}-journal`, `${path}.lock`];
}
