export { classPrompts, parseTemplates, templates } from "./templates.ts";
export { type TextTokenizer, textTokenizer } from "./tokenizer.ts";
export { wordTokenizer } from "./word-tokenizer.ts";
