import { type Html, html } from "../html.ts";

interface Noticed {
  readonly arms: readonly {
    readonly name: string;
    readonly runs: readonly { readonly results: { readonly notices?: readonly string[] } }[];
  }[];
}

/**
 * What judging the runs had to say about their numbers, once each, before any number is shown.
 * @param mixed what is not to be compared, which comes first
 */
export function notices({ arms }: Noticed, mixed: readonly string[] = []): Html | undefined {
  const said = arms.flatMap(({ name, runs }) =>
    [...new Set(runs.flatMap(({ results }) => results.notices ?? []))].map((text) => ({ name, text })),
  );
  if (said.length === 0 && mixed.length === 0) return undefined;
  return html`<section><h2>Before you read the numbers</h2>
<ul>${mixed.map((text) => html`<li>${text}</li>`)}${said.map(({ name, text }) => html`<li><strong>${name}</strong>: ${text}</li>`)}</ul></section>`;
}
