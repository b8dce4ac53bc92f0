// @ts-types="./mod.d.ts"
export { parse } from "npm:deno-std@1.4.0/csv/parse.js";
// @ts-types="./mod.d.ts"
export { stringify } from "npm:deno-std@1.4.0/csv/stringify.js";
