import type { AppPlaces } from "./app_places.ts";

/** Variables that lead to folders of a process's own. */
export function ownFolders(
  { scratch }: AppPlaces,
  { hasHome }: { /** Whether the process keeps the home folder of its user. */ hasHome: boolean },
): Record<string, string> {
  const temporary = `${scratch}/tmp`;
  const home: Record<string, string> = hasHome ? {} : { HOME: scratch, USERPROFILE: scratch };
  return {
    ...home,
    FLWR_HOME: scratch,
    TMPDIR: temporary,
    TEMP: temporary,
    TMP: temporary,
  };
}
