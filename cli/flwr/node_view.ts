import type { Style } from "../output.ts";
import type { Cell } from "../table.ts";

const STYLES: Record<string, Style | undefined> = {
  online: "green",
  offline: "brightYellow",
  registered: "blue",
  unregistered: "red",
};

/** A node's status in its colour. */
export function nodeStatusCell(status: string): Cell {
  const style = STYLES[status];
  return style ? { text: status, style } : status;
}
