import { type Html, html } from "../html.ts";

/** A part of the page that is closed until it is asked for. */
export interface Section<ReportedStudy, Options> {
  /** Of its place on the page, for links. */
  readonly id: string;
  readonly title: string;
  /** `undefined` where the runs have nothing for it. */
  readonly body: (study: ReportedStudy, options: Options) => Html | undefined | Promise<Html | undefined>;
}

/**
 * A contents list and the sections it names. A link goes to the inside of a closed section, which browsers then open by
 * themselves (HTML's “ancestor details revealing algorithm”): no script is needed.
 */
export async function folded<ReportedStudy, Options>(
  sections: readonly Section<ReportedStudy, Options>[],
  study: ReportedStudy,
  options: Options,
): Promise<Html> {
  const shown: { id: string; title: string; body: Html }[] = [];
  for (const { id, title, body } of sections) {
    const made = await body(study, options);
    if (made) shown.push({ id, title, body: made });
  }
  return html`<nav aria-label="Contents"><h2>Everything else</h2><ul>${shown.map(
    ({ id, title }) => html`<li><a href="#${id}">${title}</a></li>`,
  )}</ul></nav>${shown.map(
    ({ id, title, body }) =>
      html`<details class="fold"><summary><h2>${title}</h2></summary><div id="${id}">${body}</div></details>`,
  )}`;
}
