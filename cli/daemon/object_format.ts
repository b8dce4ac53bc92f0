import type { ObjectFormat } from "../../core/store/object_exchange.ts";
import { objectIdOf, parseHead } from "../../core/wire/object.ts";

/** Flower's objects, as the exchange of objects has to know them. */
export const OBJECT_FORMAT: ObjectFormat = {
  idOf: (content) => objectIdOf(content),
  childrenOf: (content) => parseHead(content).children,
};
