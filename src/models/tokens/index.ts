export { chooseTokens, type SeenTokens, type TokenOptions, type TokenRule, tokenRuleNames } from "./rules.ts";
export { takeTokens } from "./take.ts";
export type { Tokens } from "./tokens.ts";
