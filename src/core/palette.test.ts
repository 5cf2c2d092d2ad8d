import { expect, test } from "vitest";
import { armColorName, palette, paletteStyle } from "./palette.ts";

/** Relative luminance of a colour "#rgb" or "#rrggbb" (WCAG 2.2). */
function luminance(color: string): number {
  const digits = color.length === 4 ? [...color.slice(1)].map((digit) => digit + digit) : color.match(/[0-9a-f]{2}/g)!;
  const [red, green, blue] = digits.map((digit) => {
    const value = Number.parseInt(digit, 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
const contrast = (a: string, b: string): number => {
  const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (light + 0.05) / (dark + 0.05);
};

/** What lies on what, and the least contrast that WCAG 2.2 asks of it: 3 for drawings and controls, 4.5 for text. */
const pairs: readonly (readonly [on: string, under: string, least: number])[] = [
  ...[1, 2, 3, 4, 5, 6].map((arm) => [`arm-${arm}`, "card", 3] as const),
  ...[0, 1, 2, 3, 4, 5, 6, 7, 8].map((step) => [`heat-ink-${step}`, `heat-${step}`, 4.5] as const),
  ...[0, 1, 2, 3, 4, 5, 6, 7, 8].map((step) => [`diff-ink-${step}`, `diff-${step}`, 4.5] as const),
  ...["ink", "muted", "accent", "better", "worse", "good", "bad"].map((name) => [name, "card", 4.5] as const),
  ["on-accent", "accent", 4.5],
  ["control", "card", 3],
];

test.each(pairs)("%s on %s", (on, under, least) => {
  for (const scheme of [0, 1] as const)
    expect(contrast(palette[on][scheme], palette[under][scheme])).toBeGreaterThanOrEqual(least);
});

test("the style names every colour once a scheme", () => {
  for (const name of Object.keys(palette)) expect(paletteStyle.split(`--${name}:`)).toHaveLength(3);
});

test("arms beyond the last colour start again", () => expect(armColorName(6)).toBe(armColorName(0)));
