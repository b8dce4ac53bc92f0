/**
 * The Worker in which an app's code runs where nothing but JavaScript itself can hold it: in a compartment of SES. Deno's
 * own loader never sees a module of the app.
 *
 * @module
 */
import * as corolla from "../../../mod.ts";
import { takeThread } from "../app_worker.ts";
import type { AppCode } from "./app_code.ts";
import { Loader } from "./loader.ts";
import { sealRealm } from "./realm.ts";

/** What the main thread posts, once: the way to it, and the app's modules. */
export interface CompartmentStart {
  readonly port: MessagePort;
  readonly code: AppCode;
}

addEventListener("message", (event) => {
  const { port, code } = (event as MessageEvent<CompartmentStart>).data;
  takeThread(port, () => {
    const readText = Deno.readTextFileSync;
    const evaluate = sealRealm();
    const exports = Object.freeze(Object.defineProperty({ ...corolla }, "__esModule", { value: true }));
    const loader = new Loader(code, {
      evaluate,
      corolla: exports,
      readText: (url) => readText(new URL(url)),
    });
    return (url) => Promise.resolve(loader.load(url));
  });
}, { once: true });
