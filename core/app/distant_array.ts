import type { Message } from "../model/app_message.ts";
import { type ArrayFields, FlowerArray } from "../model/record/array.ts";
import { concatenated } from "../model/record/pieces.ts";
import { giveBack } from "../rpc/give_back.ts";

/** Gives the next piece of a distant array's bytes, in order and in memory of its own; undefined after the last. */
export type NextPiece = (ticket: number) => Promise<Uint8Array | undefined>;

/** What is known of an array whose bytes have not come. */
interface Distance {
  /** By which its pieces are asked for. */
  readonly ticket: number;
  next?: NextPiece;
}

/*
 * Strategies that fold replies as they arrive never need the whole of one. What they are given then are arrays without
 * bytes, which come piece by piece while they are folded. Apps never see such arrays: they are loaded first.
 */
const distances = new WeakMap<FlowerArray, Distance>();

/** An array whose bytes come when they are asked for. Until then it reads as one that is no `.npy` file. */
export function distantArray(fields: Omit<ArrayFields, "data">, ticket: number): FlowerArray {
  const array = new FlowerArray({ ...fields, data: new Uint8Array() });
  distances.set(array, { ticket });
  return array;
}

/** By which the bytes of an array are asked for; undefined when they are all there. */
export function ticketOf(array: FlowerArray): number | undefined {
  return distances.get(array)?.ticket;
}

/** Says where the bytes of a message's distant arrays come from. Gives how many there are. */
export function connectDistant(message: Message, next: NextPiece): number {
  const distant = distantIn(message);
  for (const [, , array] of distant) distances.get(array)!.next = next;
  return distant.length;
}

/**
 * Hands over the bytes of a distant array piece by piece, as they come. The memory of a piece goes once `take` is
 * through with it. To be done once.
 * @param take returns whether it goes on like that. It is bound to, once it has taken the first piece.
 * @returns all bytes in one when it does not
 */
export async function takePieces(
  array: FlowerArray,
  take: (piece: Uint8Array) => boolean,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const pieces = piecesOf(array);
  const { value: first } = await pieces.next();
  if (!first || !take(first)) {
    const rest = await Array.fromAsync(pieces);
    return concatenated(first ? [first, ...rest] : [], giveBack);
  }
  giveBack(first);
  for await (const piece of pieces) {
    take(piece);
    giveBack(piece);
  }
  return undefined;
}

/** Lets all bytes of a message's distant arrays come; they are arrays like others then. */
export async function loadDistant(message: Message): Promise<void> {
  for (const [record, key, array] of distantIn(message)) {
    const { dtype, shape, stype } = array;
    const data = await takePieces(array, () => false);
    record.set(key, new FlowerArray({ dtype, shape, stype, data: data! }));
  }
}

async function* piecesOf(array: FlowerArray): AsyncGenerator<Uint8Array> {
  const { next, ticket } = distances.get(array)!;
  let coming = next!(ticket);
  for (let piece = await coming; piece; piece = await coming) {
    // The next one is on its way while this one is used.
    coming = next!(ticket);
    coming.catch(() => {});
    yield piece;
  }
}

function distantIn(message: Message) {
  if (!message.hasContent()) return [];
  return [...message.content.arrayRecords()].flatMap(([, record]) =>
    [...record].filter(([, array]) => distances.has(array)).map(([key, array]) =>
      [record, key, array] as const
    )
  );
}
