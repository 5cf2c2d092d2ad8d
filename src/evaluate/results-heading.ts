import { basename, resolve } from "node:path";
import { z } from "zod";
import { thisMachine, versions } from "../files/index.ts";

/** What the results of every task say of a run beside its numbers. */
export const headingFields = {
  /** Name of the run folder. */
  run: z.string(),
  /** When it was evaluated, ISO 8601. */
  date: z.string(),
  data: z.object({ name: z.string(), title: z.string() }),
  model: z.string(),
  method: z.string(),
  maskProbability: z.number().optional(),
  maskTarget: z.string().optional(),
  seed: z.number().int().optional(),
  parameters: z.number().int().optional(),
  command: z.string().optional(),
  /** What makes two runs different experiments: the config without seed, folder and time, flattened. */
  settings: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
  /** What to know before these numbers are believed, a sentence each. */
  notices: z.array(z.string()).optional(),
  /** Where it was evaluated. */
  machine: z.object({ cores: z.number().int(), cpu: z.string() }),
  versions: z.record(z.string(), z.string()),
};

/** Of results that are computed here and now. */
export const heading = (run: string, date = new Date()) => ({
  run: basename(resolve(run)),
  date: date.toISOString(),
  machine: thisMachine(),
  versions: versions(),
});

/** The text of `results.json`: indented, but a list of numbers on one line. */
export const resultsJson = (value: unknown): string =>
  `${JSON.stringify(value, null, 1).replace(/\[[\s\d,.eE+-]+\]/g, (numbers) => numbers.replace(/\s+/g, ""))}\n`;
