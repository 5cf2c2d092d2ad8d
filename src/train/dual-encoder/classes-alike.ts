import { classPrompts, type TextTokenizer } from "../../data/index.ts";

/**
 * What to say where classes are the same texts to a dual encoder, in every template, because words are unknown to it or texts are cut:
 * it cannot tell them apart.
 * @param context tokens of a text
 * @returns nothing where each class is a text of its own
 * @example
 * const { tokenizer, encoder } = loadDualEncoder("clip");
 * console.log(classesAlike(tokenizer, encoder.text.context, ["cat", "dog"], ["a photo of a {}."]) ?? "each is told apart");
 */
export function classesAlike(
  tokenizer: TextTokenizer,
  context: number,
  classNames: readonly string[],
  templates: readonly string[],
): string | undefined {
  const groups = new Map<string, string[]>();
  for (const [k, prompts] of classPrompts(classNames, templates).entries()) {
    const tokens = tokenizer.encode(prompts, context).data.join();
    groups.set(tokens, [...(groups.get(tokens) ?? []), classNames[k]]);
  }
  const alike = [...groups.values()].filter((names) => names.length > 1);
  if (alike.length === 0) return undefined;
  const told = alike.slice(0, 3).map((names) => (names.length > 3 ? [...names.slice(0, 3), "…"] : names).join(", "));
  const others = alike.length > 3 ? `; and ${alike.length - 3} more such groups` : "";
  return `these classes are the same text to the model, which knows other words or reads only ${context} tokens, and cannot tell them apart: ${told.join("; ")}${others}; call them otherwise, or use shorter templates`;
}
