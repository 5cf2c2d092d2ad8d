import { type Html, html, raw } from "../html.ts";
import type { ReportedArm } from "../study.ts";

const line = ({ color, dash }: ReportedArm): string =>
  `<line x1="0" y1="6" x2="28" y2="6" stroke="${color}" stroke-width="2.4" stroke-dasharray="${dash.join(" ")}"/>`;

/** A key of line styles, shown above the drawings that share it. */
export const armLegend = (arms: readonly ReportedArm[]): Html =>
  key(arms.map((arm) => ({ name: arm.name, swatch: line(arm) })));

const framed = (swatch: string): string =>
  `<svg viewBox="0 0 28 12" width="28" height="12" aria-hidden="true">${swatch}</svg>`;

export const lineSwatch = (arm: ReportedArm): string => framed(line(arm));

export const key = (entries: readonly { name: string; swatch: string }[]): Html =>
  html`<ul class="key">${entries.map(({ name, swatch }) => html`<li>${raw(framed(swatch))}${name}</li>`)}</ul>`;
