/** A Flower App Bundle: the archive that carries an app's code. */
export interface Fab {
  /** SHA-256 (hex) of {@link content}. */
  readonly hash: string;
  readonly content: Uint8Array;
  /** What a platform vouches for, by key id; empty for an app from a local folder. */
  readonly verifications: Readonly<Record<string, string>>;
}

/** Which module attribute is the app of each kind, as `[tool.flwr.app.components]` names them. */
export interface FabComponents {
  readonly serverapp?: string;
  readonly clientapp?: string;
  readonly agentapp?: string;
}
