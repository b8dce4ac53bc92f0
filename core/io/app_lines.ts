/**
 * What a launcher and an app process of ours say to each other beside AppIo: the launcher writes tokens to the
 * process's standard input, one a line; the process answers on its standard output when it is through with one.
 */

/** Opens a line that is meant for the launcher and not for people: a character no sensible app prints. */
const MARK = "\u001ecorolla-ready ";

/**
 * What a process prints when it has finished the task of `token` and waits for the next token.
 *
 * The line is bound to the token, so that an app, which shares the process's output but never sees its token,
 * cannot say it.
 */
export async function readyLine(token: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(`corolla-ready ${token}`));
  return MARK + new Uint8Array(digest).toHex();
}

/** A line longer than this is handed on in pieces, so that an app cannot fill memory by never ending one. */
const LONGEST_LINE = 65_536;

/** Cuts a stream of text into lines, each with its ending; what lacks one at the end of the stream comes as it is. */
export async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const bytes of stream) {
    rest += decoder.decode(bytes, { stream: true });
    let end: number;
    while ((end = rest.indexOf("\n")) >= 0) {
      yield rest.slice(0, end + 1);
      rest = rest.slice(end + 1);
    }
    if (rest.length > LONGEST_LINE) {
      yield rest;
      rest = "";
    }
  }
  rest += decoder.decode();
  if (rest !== "") yield rest;
}
