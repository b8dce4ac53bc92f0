/** Writes SVG: elements as texts. */

/** Attributes by name; what is undefined is left out. Lengths are pixels, with two digits after the point. */
export type Attributes = Readonly<Record<string, string | number | undefined>>;

/** An element with these children, which are elements or {@link escaped} text. */
export function element(name: string, attributes: Attributes, ...children: readonly string[]): string {
  const words = Object.entries(attributes).filter(([, value]) => value !== undefined).map(([key, value]) =>
    ` ${key}="${typeof value === "number" ? String(Math.round(value * 100) / 100) : escaped(value!)}"`
  );
  const start = `<${name}${words.join("")}`;
  return children.length === 0 ? `${start}/>` : `${start}>${children.join("")}</${name}>`;
}

/** A line of text. */
export function textElement(text: string, attributes: Attributes): string {
  return element("text", attributes, escaped(text));
}

/** Text as it may stand in SVG; what XML cannot hold becomes a question mark. */
export function escaped(text: string): string {
  return text
    // deno-lint-ignore no-control-regex -- these are what XML cannot hold
    .replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "?")
    .replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
