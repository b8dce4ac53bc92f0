import { initWasm, Resvg } from "@resvg/resvg-wasm";
// @ts-types="./png_engine.d.ts"
import { engine } from "./png_engine.js";
import inter from "./inter.json" with { type: "json" };

/** Pixels of the picture for each of the drawing: sharp on screens of today. */
const SCALE = 2;

let started: Promise<void> | undefined;

/** Draws an SVG file as a PNG picture. Letters are Inter's; those that its part here lacks are left out. */
export async function pngOf(svg: string): Promise<Uint8Array> {
  await (started ??= initWasm(engine));
  const drawn = new Resvg(svg, {
    fitTo: { mode: "zoom", value: SCALE },
    font: {
      fontBuffers: Object.values(inter).map((font) => Uint8Array.fromBase64(font)),
      defaultFontFamily: "Inter",
    },
  });
  const picture = drawn.render();
  try {
    return picture.asPng();
  } finally {
    picture.free();
    drawn.free();
  }
}
