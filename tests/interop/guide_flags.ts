import type { Stage } from "./harness.ts";

/** The flags of the authentication guide for a SuperLink, with the keys that the stage's credentials hold. */
export function guideFlags(stage: Stage): string[] {
  return [
    ...["--auth-list-public-keys", stage.path("keys/client_public_keys.csv")],
    ...["--auth-superlink-private-key", stage.path("keys/server_credentials")],
    ...["--auth-superlink-public-key", stage.path("keys/server_credentials.pub")],
  ];
}
