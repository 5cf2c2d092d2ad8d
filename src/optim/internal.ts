/** What other rooms need of this one and a user does not. */

export { isDecayed } from "./parameter-groups.ts";
export { optimizerOptionSchemas, optimizerSchema, scheduleOptionSchemas, scheduleSchema } from "./schema.ts";
