/** How `parse` reads CSV text. */
export interface ParseOptions {
  /** The character between cells, "," unless told. */
  readonly separator?: string;
  /** Lines that begin with this character are left out. */
  readonly comment?: string;
  /** Cut blanks before the first character of a cell. */
  readonly trimLeadingSpace?: boolean;
  /** Take a quote in an unquoted cell as it is. */
  readonly lazyQuotes?: boolean;
  /** -1: any number of cells a row; 0: as the first row; n: exactly n. */
  readonly fieldsPerRecord?: number;
  /** Leave out the first row. */
  readonly skipFirstRow?: false;
}
/** The rows of a CSV text, each a list of cells. @throws {SyntaxError} on broken quoting. */
export function parse(text: string, options?: ParseOptions): string[][];
/** CSV text of rows, lines ended with CRLF unless told. */
export function stringify(
  rows: readonly (readonly string[])[],
  options?: { crlf?: boolean; separator?: string },
): string;
