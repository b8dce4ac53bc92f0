import type { ObjectId } from "../model/ids.ts";
import type { Parcel } from "./store.ts";

/** Which message objects are announced for. */
export type Announced = Omit<Parcel, "complete">;

/**
 * What became of an announcement.
 *
 * - `announced`: `missing` are the ids the sender still has to push; `complete` when there are none.
 * - `taken`: the run has this message between other peers; nothing changed.
 */
export type Announcement =
  | { readonly kind: "announced"; readonly missing: ObjectId[]; readonly complete: boolean }
  | { readonly kind: "taken" };

/**
 * What became of an upload.
 *
 * - `stored`: it is on disk; `completed` are the messages whose receivers may see them from now on.
 * - `alreadyThere`: the sender holds it in this run; nothing changed.
 * - `notAnnounced`: no message of this sender in this run asks for it; nothing changed.
 * - `hashMismatch`: the bytes have another id; nothing changed.
 * - `malformed`: the bytes are no object, or make no message, for this reason; nothing changed.
 */
export type Acceptance =
  | { readonly kind: "stored"; readonly completed: Parcel[] }
  | { readonly kind: "alreadyThere" }
  | { readonly kind: "notAnnounced" }
  | { readonly kind: "hashMismatch" }
  | { readonly kind: "malformed"; readonly reason: string };

/**
 * What a peer gets to see of an object.
 *
 * - `unknown`: no message that it sent or was sent in this run has it.
 * - `announced`: one has, but the peer does not hold it (yet).
 * - `content`: the bytes. Who reads them leaves them unchanged.
 */
export type Reading =
  | { readonly kind: "unknown" }
  | { readonly kind: "announced" }
  | { readonly kind: "content"; readonly content: Uint8Array };

/** What {@link ObjectExchange.sweep} found. */
export interface Sweeping {
  /** How many contents were removed that no message needed. */
  readonly removed: number;
  /** Messages that were given up because bytes of theirs are gone. */
  readonly lost: Parcel[];
}
