// In JavaScript, because TypeScript does not know `import source` yet.
import source engine from "@resvg/resvg-wasm/index_bg.wasm";

export { engine };
