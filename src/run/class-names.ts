import { existsSync } from "node:fs";
import { z } from "zod";
import { runPaths } from "../files/index.ts";
import { parseJson, readText } from "../files/internal.ts";

const schema = z.looseObject({ data: z.looseObject({ classNames: z.array(z.string()).optional() }).optional() });

/** Names of the classes in a run's `config.json`; `undefined` where none are said, as of another program's logits. */
export function readClassNames(run: string): readonly string[] | undefined {
  const path = runPaths(run).config;
  return existsSync(path) ? parseJson(readText(path, ""), schema, path).data?.classNames : undefined;
}
