/** Consecutive pieces as one. @param spent is called with each piece once it has been copied */
export function concatenated(
  pieces: readonly Uint8Array[],
  spent: (piece: Uint8Array) => void = () => {},
): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
    spent(piece);
  }
  return whole;
}
