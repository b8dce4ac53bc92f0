/** What draws PNG pictures, compiled. */
export declare const engine: WebAssembly.Module;
