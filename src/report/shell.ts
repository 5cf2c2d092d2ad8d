import { type Html, html, raw } from "./html.ts";
import { style } from "./style.ts";

export interface PageParts {
  readonly title: string;
  readonly verdict: Html | undefined;
  /** The one line under the title. */
  readonly facts: string;
  /** Address of a page on which these models run, from the report. */
  readonly demo?: string;
  readonly main: readonly (Html | undefined)[];
}

/** The whole page: no script, nothing fetched, which its own content policy enforces. */
export function pageShell({ title, verdict, facts, demo, main }: PageParts): string {
  return html`${raw("<!doctype html>")}
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<title>${title}</title><style>${raw(style)}</style></head>
<body><header><p class="brand">Anchored · report</p><h1>${title}</h1>${verdict}<p class="facts">${facts}</p>
${demo && html`<p><a href="${demo}">Try these models in the browser</a>: damage a picture, watch their doubt.</p>`}</header>
<main>${main}</main>
<footer>Written by anchored-vision from the run folders alone: everything here is computed from their stored predictions and logs.</footer></body></html>
`.markup;
}
