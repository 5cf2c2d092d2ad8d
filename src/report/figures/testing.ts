export interface DrawnText {
  readonly text: string;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Widest that a letter of a usual sans-serif face is, of its font size, on average over a word. */
const LETTER = 0.56;

/** Where the words of an SVG lie, by estimate, in its own units: enough to find one that leaves the drawing. */
export function drawnTexts(svg: string): DrawnText[] {
  const open: (readonly [number, number])[] = [];
  const found: DrawnText[] = [];
  for (const [tag, close, name, attributes, self, text] of svg.matchAll(
    /<(\/?)([a-z]+)((?:\s+[\w:-]+="[^"]*")*)\s*(\/?)>([^<]*)/gi,
  )) {
    if (close) {
      open.pop();
      continue;
    }
    const [x, y] = open.at(-1) ?? [0, 0];
    const [, dx = 0, dy = 0] = (/translate\(([-\d.]+),\s*([-\d.]+)\)/.exec(attributes) ?? []).map(Number);
    const at = [x + dx, y + dy] as const;
    if (!self) open.push(at);
    if (name !== "text" || !text) continue;
    const size = Number(/font-size="([\d.]+)/.exec(attributes)?.[1] ?? 11);
    const width = LETTER * size * text.length;
    const anchor = /text-anchor="(\w+)"/.exec(attributes)?.[1] ?? "start";
    const start = anchor === "middle" ? -width / 2 : anchor === "end" ? -width : 0;
    // Turned to the left: what moves its baseline up moves it to the left.
    const up = Number(/rotate\((?:-90|270)\) translate\(0,\s*([-\d.]+)\)/.exec(attributes)?.[1] ?? 0);
    found.push(
      /rotate\((-90|270)\)/.test(tag)
        ? {
            text,
            left: at[0] + up - 0.8 * size,
            right: at[0] + up + size / 4,
            top: at[1] - start - width,
            bottom: at[1] - start,
          }
        : { text, left: at[0] + start, right: at[0] + start + width, top: at[1] - size, bottom: at[1] + size / 3 },
    );
  }
  return found;
}

/** Words of an SVG that reach out of its view box. */
export function outside(svg: string): string[] {
  const [, width, height] = (/viewBox="0 0 ([\d.]+) ([\d.]+)"/.exec(svg) ?? []).map(Number);
  return drawnTexts(svg)
    .filter(({ left, right, top, bottom }) => left < 0 || right > width || top < 0 || bottom > height)
    .map(({ text }) => text);
}
