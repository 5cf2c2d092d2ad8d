import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";

/** A page of `docs/` has the code's parts, each between the marks of its name; `npm run docs` writes them. */
export async function expectPageHas(page: string, parts: Readonly<Record<string, string>>): Promise<void> {
  const path = fileURLToPath(new URL(`../../docs/${page}`, import.meta.url));
  let text = readFileSync(path, "utf8");
  for (const [name, written] of Object.entries(parts)) {
    const [begin, end] = [`<!-- ${name}: written by \`npm run docs\` -->`, `<!-- end of the ${name} -->`];
    const [from, to] = [text.indexOf(begin), text.indexOf(end)];
    expect(from, begin).toBeGreaterThan(0);
    expect(to, end).toBeGreaterThan(from);
    text = `${text.slice(0, from)}${begin}\n\n${written}\n\n${text.slice(to)}`;
  }
  await expect(text).toMatchFileSnapshot(path);
}
