import { z } from "zod";

/** What results store of a `ReliabilityBin`. */
export const reliabilityBin = z.object({
  lower: z.number(),
  upper: z.number(),
  count: z.number(),
  meanConfidence: z.number(),
  accuracy: z.number(),
});
