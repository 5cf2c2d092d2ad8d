import type { DrawnArm } from "../drawn-arm.ts";
import { type Html, html, raw } from "../html.ts";

const line = ({ color, dash }: DrawnArm): string =>
  `<line x1="0" y1="6" x2="28" y2="6" stroke="${color}" stroke-width="2.4" stroke-dasharray="${dash.join(" ")}"/>`;

/** A key of line styles, shown above the drawings that share it. */
export const armLegend = (arms: readonly DrawnArm[]): Html =>
  key(arms.map((arm) => ({ name: arm.name, swatch: line(arm) })));

const framed = (swatch: string): string =>
  `<svg viewBox="0 0 28 12" width="28" height="12" aria-hidden="true">${swatch}</svg>`;

export const lineSwatch = (arm: DrawnArm): string => framed(line(arm));

export const key = (entries: readonly { name: string; swatch: string }[]): Html =>
  html`<ul class="key">${entries.map(({ name, swatch }) => html`<li>${raw(framed(swatch))}${name}</li>`)}</ul>`;
