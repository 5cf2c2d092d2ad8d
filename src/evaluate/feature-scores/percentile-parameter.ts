import { z } from "zod";
import type { Parameter } from "./types.ts";

/** A percentage in [0, 100]. */
export const percentileParameter = (
  usual: number,
  source: string,
  help: string,
  grid?: readonly number[],
): Parameter<number> => ({ schema: z.number().min(0).max(100), default: usual, source, help, grid });
