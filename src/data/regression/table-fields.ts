import { z } from "zod";

const columnName = z.string().min(1);

/** Options of every data set that reads its targets from a table. */
export const tableFields = {
  targets: z
    .array(columnName)
    .min(1)
    .meta({
      flag: "--target",
      help: "columns to predict, one or more",
      example: ["Miles_per_Gallon"],
    }),
  missing: z.enum(["refuse", "skip"]).default("refuse").meta({
    flag: "--missing",
    help: "what is done about rows without a value, or with a text in place of a number",
    example: "skip",
  }),
  split: columnName.optional().meta({
    flag: "--split-column",
    help: "column that says train, validation or test (default: the seed decides)",
    example: "split",
  }),
  delimiter: z.string().min(1).optional().meta({
    flag: "--delimiter",
    help: "what separates the values (default: a tab in .tsv and .tab files, else a comma)",
    example: ";",
  }),
};
