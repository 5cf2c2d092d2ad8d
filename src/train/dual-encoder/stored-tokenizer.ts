import { existsSync, readFileSync, rmSync } from "node:fs";
import { z } from "zod";
import { type TextTokenizer, textTokenizer } from "../../data/index.ts";
import { runPaths } from "../../files/index.ts";
import { parseJson, readText, writeFileAtomic } from "../../files/internal.ts";

/** What a folder's tokenizer is made of, to be written elsewhere byte for byte. */
export interface TokenizerFiles {
  /** What `tokenizer.json` holds. */
  readonly json: string;
  /** What `tokenizer_config.json` holds, where it is there. */
  readonly config?: string;
}

export interface StoredTokenizer extends TokenizerFiles {
  readonly tokenizer: TextTokenizer;
}

const anyObject = z.looseObject({});

/**
 * The tokenizer of a run folder, or of a folder of CLIP's weights.
 * @throws UserError where it is missing or damaged
 */
export function readTokenizer(folder: string): StoredTokenizer {
  const { tokenizer: path, tokenizerConfig: configPath } = runPaths(folder);
  const json = readText(path, "copy the model's own beside its weights");
  const config = existsSync(configPath) ? readFileSync(configPath, "utf8") : undefined;
  const tokenizer = textTokenizer(
    path,
    parseJson(json, anyObject, path),
    config === undefined ? {} : parseJson(config, anyObject, configPath),
  );
  return { tokenizer, json, config };
}

/** Writes a tokenizer's files into a folder, and leaves none of another one there. */
export function writeTokenizer(folder: string, { json, config }: TokenizerFiles): void {
  const { tokenizer: path, tokenizerConfig: configPath } = runPaths(folder);
  if (config === undefined) rmSync(configPath, { force: true });
  else writeFileAtomic(configPath, config);
  writeFileAtomic(path, json);
}
