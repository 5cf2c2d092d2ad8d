import { z } from "zod";
import { UserError } from "../core/index.ts";
import { ofShape, parseJson } from "../files/internal.ts";
import { type TaskName, taskNames } from "../tasks/index.ts";

const VERSION = 2;

const heading = z.looseObject({
  version: z.int().min(1).default(1),
  task: z.enum(taskNames).default("classification"),
});

/** How a file of a run folder that belongs to a task begins. */
export const versioned = <Name extends TaskName>(task: Name) => ({ version: VERSION, task }) as const;

/**
 * The JSON of such a file, as version 2 has it. Files of version 1, and of none, do not say their task: all are of
 * classifications, and are otherwise as those of version 2.
 * @param where the file's path
 * @param again how a file of this version is made, for messages
 * @throws UserError for a newer version, or JSON that is damaged
 */
function readHeading(text: string, where: string, again: string) {
  const found = parseJson(text, heading, where);
  if (found.version > VERSION)
    throw new UserError(
      `${where}: version ${found.version}, and this program reads up to ${VERSION}; install a newer anchored-vision, or ${again}`,
    );
  return { ...found, version: VERSION };
}

/** The task that such a file is of. @throws UserError for a newer version, or JSON that is damaged */
export const versionedTask = (text: string, where: string, again: string): TaskName =>
  readHeading(text, where, again).task;

/**
 * What such a file holds of one task.
 * @throws UserError for another task's, a newer version, or a file that is damaged
 */
export function parseVersioned<Schema extends z.ZodType>(
  text: string,
  { schema, task }: { readonly schema: Schema; readonly task: TaskName },
  where: string,
  again: string,
): z.output<Schema> {
  const found = readHeading(text, where, again);
  if (found.task !== task) throw new UserError(`${where}: it is of a ${found.task}, not of a ${task}; ${again}`);
  return ofShape(found, schema, where);
}
