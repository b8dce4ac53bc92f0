/**
 * The Worker in which an app's code runs where nothing but JavaScript itself can hold it: in a compartment of SES. Deno's
 * own loader never sees a module of the app.
 *
 * @module
 */
import * as corolla from "../../../mod.ts";
import { loadCollector } from "../../../core/io/spent_memory.ts";
import { takeThread } from "../app_worker.ts";
import type { AppCode } from "./app_code.ts";
import { Loader } from "./loader.ts";
import { sealRealm } from "./realm.ts";

/** What the main thread posts, once: the way to it, and the app's modules. */
export interface CompartmentStart {
  readonly port: MessagePort;
  readonly code: AppCode;
  /** Whether a ServerApp runs here, whose memory is looked after. */
  readonly leads: boolean;
}

addEventListener("message", (event) => {
  const { port, code, leads } = (event as MessageEvent<CompartmentStart>).data;
  takeThread(port, () => {
    const loader = leads ? loadCollector().then(() => loaderOf(code)) : Promise.resolve(loaderOf(code));
    return async (url) => (await loader).load(url);
  });
}, { once: true });

function loaderOf(code: AppCode): Loader {
  const { readTextFileSync } = Deno;
  const evaluate = sealRealm();
  const exports = Object.freeze(Object.defineProperty({ ...corolla }, "__esModule", { value: true }));
  return new Loader(code, { evaluate, corolla: exports, readText: (url) => readTextFileSync(new URL(url)) });
}
