import { z } from "zod";
import { currentConfigSchema } from "./config.ts";

/** What the schema of an option says for the command line, which an editor has no use for. */
const ofCommandLine = ["flag", "value", "meaning", "sets", "isPath"];

/**
 * The config as a JSON schema (2020-12), for editors: `"$schema"` of a config file names it. Transforms and checks that JSON
 * schema cannot say are left to `resolveConfig`.
 * @example
 * import { writeFileSync } from "node:fs";
 * writeFileSync("config.schema.json", JSON.stringify(configJsonSchema(), null, 2));
 */
export function configJsonSchema(): z.core.JSONSchema.BaseSchema {
  const schema = z.toJSONSchema(currentConfigSchema(), {
    io: "input",
    unrepresentable: "any",
    override({ jsonSchema, path }) {
      const { help, example } = jsonSchema as { help?: string; example?: unknown };
      if (help) jsonSchema.description = help;
      if (example !== undefined) jsonSchema.examples = [example];
      for (const key of [...ofCommandLine, "help", "example"]) delete jsonSchema[key];
      // The number of cores of the machine that the schema is written on.
      if (path.at(-1) === "threads") delete jsonSchema.default;
    },
  });
  return {
    ...schema,
    properties: { $schema: { type: "string" }, ...schema.properties },
    title: "Anchored: a run's config",
  };
}
