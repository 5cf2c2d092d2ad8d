/** Markup that is safe to insert as it is. Made by `html` alone, so that nothing reaches a page unescaped. */
export class Html {
  constructor(readonly markup: string) {}
}

type Part = Html | string | number | undefined | false | readonly Part[];

export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);

const toMarkup = (part: Part): string => {
  if (part instanceof Html) return part.markup;
  if (Array.isArray(part)) return part.map(toMarkup).join("");
  return part === undefined || part === false ? "" : escapeHtml(String(part));
};

/** html`<p>${text}</p>`: escapes what is inserted, unless it is Html itself; lists are joined, `undefined` is nothing. */
export const html = (strings: TemplateStringsArray, ...parts: Part[]): Html =>
  new Html(strings.map((text, i) => text + (i < parts.length ? toMarkup(parts[i]) : "")).join(""));

/** Markup from a trusted maker: our own style sheet, the chart renderer. */
export const raw = (markup: string): Html => new Html(markup);
