import { type Html, html } from "../html.ts";
import type { Study } from "../study.ts";

/** What judging the runs had to say about their numbers, once each, before any number is shown. */
export function notices({ arms }: Study): Html | undefined {
  const said = arms.flatMap(({ name, runs }) =>
    [...new Set(runs.flatMap(({ results }) => results.notices ?? []))].map((text) => ({ name, text })),
  );
  if (said.length === 0) return undefined;
  return html`<section><h2>Before you read the numbers</h2>
<ul>${said.map(({ name, text }) => html`<li><strong>${name}</strong>: ${text}</li>`)}</ul></section>`;
}
