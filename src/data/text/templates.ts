import { UserError } from "../../core/index.ts";

/** Where a class's name goes. */
const PLACE = "{}";

/**
 * Ways to say that a picture shows something, after the kinds that Radford et al. (ICML 2021, section 3.1.4) ensemble: several
 * descriptions of one class are better than one.
 * @example
 * const prompts = classPrompts(["cat", "dog"], templates); // [["a photo of a cat.", …], ["a photo of a dog.", …]]
 */
export const templates: readonly string[] = [
  "a photo of a {}.",
  "a photo of the {}.",
  "a photo of one {}.",
  "a photo of many {}.",
  "a close-up photo of a {}.",
  "a photo of a large {}.",
  "a photo of a small {}.",
  "a drawing of a {}.",
];

/**
 * Templates of a text, one a line; empty lines and those that begin with # are none.
 * @param where what messages call it
 * @throws UserError for a line without {}, and where there are none
 * @example
 * const own = parseTemplates("templates.txt", "a drawing of a {}\nan icon of a {}\n");
 */
export function parseTemplates(where: string, text: string): readonly string[] {
  const lines = text.split(/\r?\n/).map((line, i) => ({ line: line.trim(), number: i + 1 }));
  const own = lines.filter(({ line }) => line !== "" && !line.startsWith("#"));
  if (own.length === 0) throw new UserError(`${where}: no templates in it; write one a line, e.g. a photo of a {}.`);
  const without = own.find(({ line }) => !line.includes(PLACE));
  if (without)
    throw new UserError(
      `${where}: line ${without.number}, "${without.line}", has no {} for the class's name; e.g. a photo of a {}.`,
    );
  return own.map(({ line }) => line);
}

/**
 * What is said of each class: its name in each of the templates, in their order.
 * @throws UserError for a name that is empty or given twice, and for less than one
 * @example
 * const [[first]] = classPrompts(["cat"], ["a photo of a {}."]); // "a photo of a cat."
 */
export function classPrompts(classNames: readonly string[], templates: readonly string[]): string[][] {
  if (classNames.length === 0) throw new UserError("options.classes: none is given; name at least one, e.g. cat");
  for (const [i, name] of classNames.entries()) {
    if (name.trim() === "")
      throw new UserError(`options.classes: name ${i + 1} of ${classNames.length} is empty; leave it out`);
    if (classNames.indexOf(name) !== i)
      throw new UserError(`options.classes: ${name} is given twice; name each class once`);
  }
  return classNames.map((name) => templates.map((template) => template.replaceAll(PLACE, () => name)));
}
