/** What the header of a `.npy` file says. */
export interface NpyHeader {
  /** NumPy's word for the element type: a byte-order mark (`<`, `>`, `|`), a letter and a size. */
  readonly descr: string;
  readonly fortranOrder: boolean;
  readonly shape: readonly number[];
  /** Where the elements begin. */
  readonly dataOffset: number;
}

const MAGIC = "\x93NUMPY";

/**
 * Reads the header of a `.npy` file of format 1, 2 or 3.
 * @throws {TypeError} when there is none, or one that cannot be understood
 */
export function parseNpyHeader(file: Uint8Array): NpyHeader {
  if (file.length < 10 || latin1(file.subarray(0, 6)) !== MAGIC) {
    throw new TypeError("Cannot read array data as it must be a .npy file: its first bytes are others");
  }
  const version = file[6];
  if (version < 1 || version > 3) {
    throw new TypeError(`Cannot read a .npy file of format ${version} as it must be 1, 2 or 3`);
  }
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  if (version > 1 && file.length < 12) throw unreadable("");
  const [start, length] = version === 1 ? [10, view.getUint16(8, true)] : [12, view.getUint32(8, true)];
  const dataOffset = start + length;
  const text = latin1(file.subarray(start, dataOffset));
  return { ...parseDict(text), dataOffset };
}

/** The header is the text of a Python dict with exactly three entries, in any order. */
function parseDict(text: string): Omit<NpyHeader, "dataOffset"> {
  const descr = /['"]descr['"]\s*:\s*['"]([^'"]*)['"]/.exec(text)?.[1];
  const fortran = /['"]fortran_order['"]\s*:\s*(True|False)/.exec(text)?.[1];
  const shape = /['"]shape['"]\s*:\s*\(([\s\d,L]*)\)/.exec(text)?.[1];
  if (descr === undefined || fortran === undefined || shape === undefined) throw unreadable(text);
  const lengths = shape.split(",").map((part) => part.trim().replace(/L$/, "")).filter((part) => part !== "");
  if (!lengths.every((part) => /^\d+$/.test(part))) throw unreadable(text);
  return { descr, fortranOrder: fortran === "True", shape: lengths.map(Number) };
}

function latin1(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

function unreadable(text: string): TypeError {
  const start = text.trim().slice(0, 120);
  return new TypeError(
    `Cannot read a .npy file as its header must name descr, fortran_order and shape of an array of numbers: ` +
      `current value is ${start === "" ? "empty" : start}`,
  );
}
