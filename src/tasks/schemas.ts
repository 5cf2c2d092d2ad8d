import type { z } from "zod";
import { contrastiveSchema } from "./contrastive/options.ts";
import { detectionSchema } from "./detection/options.ts";
import type { TaskName } from "./index.ts";
import { regressionSchema } from "./regression/options.ts";

/** `task` of the configs of each task: its name and its options. A config that has none is a classification. */
export const taskSchemas = {
  regression: regressionSchema,
  contrastive: contrastiveSchema,
  detection: detectionSchema,
} satisfies { readonly [Name in Exclude<TaskName, "classification">]: z.ZodObject };
