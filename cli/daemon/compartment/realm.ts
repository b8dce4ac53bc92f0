/*
 * This thread's own realm, made so that nothing in it gives more to an app than its compartment does. An app shares the
 * language's objects with us, so what could evaluate text or load a module must not hang on any of them.
 */
import "ses";
import { refuseImports } from "./source_check.ts";
import { endowments } from "./endowments.ts";

/** Evaluates text in the compartment. @throws {SyntaxError} where it could load a module */
export type Evaluate = (script: string) => unknown;

/** What stays as it is: the runtime asks it for stacks, and the dice of a seeded run are put into the other. */
const STAY = new Set<string | symbol>(["globalThis", "Error", "Math"]);

/**
 * Makes this thread one in which apps run in a compartment. What is loaded afterwards finds the language frozen.
 * @returns what evaluates in the compartment
 */
export function sealRealm(): Evaluate {
  const feral = { Error, math: Object.getOwnPropertyDescriptors(Math) };
  closeEvents();
  // SES would ask the environment for settings.
  Reflect.deleteProperty(globalThis, "process");
  Reflect.deleteProperty(URL, "createObjectURL");
  Reflect.deleteProperty(URL, "revokeObjectURL");
  lockdown({
    errorTaming: "unsafe",
    errorTrapping: "none",
    unhandledRejectionTrapping: "none",
    consoleTaming: "unsafe",
    localeTaming: "unsafe",
    overrideTaming: "severe",
    stackFiltering: "verbose",
    domainTaming: "unsafe",
    evalTaming: "safe-eval",
    reporting: "none",
  });
  // Errors of before still descend from it, and it could show what is on the stack.
  Object.freeze(feral.Error);
  replace("Math", Object.create(Object.prototype, feral.math));
  const { evaluate, globals } = openCompartment();
  leaveOnly(globals);
  return evaluate;
}

/** Without an object to listen at, Deno's events listen at the thread's global object, and hand it out. */
function closeEvents(): void {
  const { prototype } = EventTarget;
  for (const name of ["addEventListener", "removeEventListener", "dispatchEvent"] as const) {
    const call = prototype[name] as (...args: unknown[]) => unknown;
    Object.defineProperty(prototype, name, {
      value(this: unknown, ...args: unknown[]) {
        if (this === undefined || this === null) {
          throw new TypeError(`Cannot call ${name} without an object`);
        }
        return Reflect.apply(call, this, args);
      },
    });
  }
}

function openCompartment(): { evaluate: Evaluate; globals: object } {
  const globals = harden(endowments());
  const compartment = new Compartment({
    name: "app",
    globals,
    transforms: [refuseImports],
    __options__: true,
  });
  const own = compartment.globalThis as object;
  // With one of its own an app could leave out the look at what is evaluated.
  for (const name of ["Compartment", "lockdown", "ModuleSource"]) Reflect.deleteProperty(own, name);
  Object.defineProperty(own, "self", { value: own });
  // What cannot change is looked up once: without this each use of a global would be slow.
  for (const name of Reflect.ownKeys(own)) {
    const descriptor = Object.getOwnPropertyDescriptor(own, name)!;
    if (descriptor.configurable) Object.defineProperty(own, name, { writable: false, configurable: false });
  }
  // What looks like a call of the language's eval is one of the compartment's.
  const options = { __rejectSomeDirectEvalExpressions__: false };
  return { evaluate: (script) => compartment.evaluate(script, options), globals: own };
}

/** Takes out of the thread's global object what the app has not, should it ever get hold of that. */
function leaveOnly(globals: object): void {
  const own = globals as Record<string | symbol, unknown>;
  for (const name of Reflect.ownKeys(globalThis)) {
    if (STAY.has(name)) continue;
    if (Object.hasOwn(own, name)) replace(name, own[name]);
    else if (typeof name === "string") Reflect.deleteProperty(globalThis, name);
  }
}

function replace(name: string | symbol, value: unknown): void {
  Reflect.defineProperty(globalThis, name, { value, writable: true, enumerable: false, configurable: true });
}
