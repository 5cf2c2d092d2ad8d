import { z } from "zod";

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
