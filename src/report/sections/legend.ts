import { type Html, html, raw } from "../html.ts";
import type { ReportedArm } from "../study.ts";

/** A key of line styles, shown above the drawings that share it. */
export const armLegend = (arms: readonly ReportedArm[]): Html =>
  key(
    arms.map(({ name, color, dash }) => ({
      name,
      swatch: `<line x1="0" y1="6" x2="28" y2="6" stroke="${color}" stroke-width="2.4" stroke-dasharray="${dash.join(" ")}"/>`,
    })),
  );

export const key = (entries: readonly { name: string; swatch: string }[]): Html =>
  html`<ul class="key">${entries.map(
    ({ name, swatch }) =>
      html`<li><svg viewBox="0 0 28 12" width="28" height="12" aria-hidden="true">${raw(swatch)}</svg>${name}</li>`,
  )}</ul>`;
