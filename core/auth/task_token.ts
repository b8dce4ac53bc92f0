import { createHash } from "node:crypto";
import { Metadata } from "../rpc/metadata.ts";
import type { Credential } from "../rpc/client.ts";

/** The header in which an app process shows its task's token. */
export const TASK_TOKEN_HEADER = "flwr-task-token";

/** What is stored of a token: its lower-case hex SHA-256. */
export function hashToken(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}

/** Shows a task's token with every call. */
export function taskToken(token: string): Credential {
  return () => new Metadata([[TASK_TOKEN_HEADER, token]]);
}
