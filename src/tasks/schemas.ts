import { regressionSchema } from "./regression/options.ts";

/** The options of each task that has some, as `task` of a config holds them. */
export const taskSchemas = { regression: regressionSchema };
