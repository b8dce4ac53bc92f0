const [CTRL_C, CTRL_D, BACKSPACE, CTRL_U, DELETE] = [0x03, 0x04, 0x08, 0x15, 0x7f];
const [LF, CR] = [0x0a, 0x0d];

/**
 * Reads a line from a terminal that shows nothing and does nothing by itself: ends at Enter, takes back what is
 * deleted. Undefined when the person presses Ctrl-C or Ctrl-D, or the terminal is gone.
 */
export async function secretLine(
  terminal: { read(into: Uint8Array): Promise<number | null> },
): Promise<string | undefined> {
  const typed: number[] = [];
  const byte = new Uint8Array(1);
  while (await terminal.read(byte)) {
    switch (byte[0]) {
      case LF:
      case CR:
        return new TextDecoder().decode(Uint8Array.from(typed));
      case CTRL_C:
      case CTRL_D:
        return undefined;
      case BACKSPACE:
      case DELETE:
        dropCharacter(typed);
        break;
      case CTRL_U:
        typed.length = 0;
        break;
      default:
        typed.push(byte[0]);
    }
  }
  return undefined;
}

/** A character of UTF-8 is one byte, or one that begins with two set bits and those that follow it. */
function dropCharacter(typed: number[]): void {
  while (typed.length > 0 && (typed.pop()! & 0xc0) === 0x80);
}
