import { UserError } from "../core/index.ts";
import type { TaskCommands } from "./tasks.ts";

/** What it tells apart are the classes that it is asked for: a classifier is made of it first. */
const refused = async (run: string): Promise<never> => {
  throw new UserError(
    `${run} is a dual encoder, which knows no classes of its own; make a classifier of it: anchored zero-shot ${run} --out CLASSIFIER`,
  );
};

/** Of dual encoders; \`predict\` itself asks them by class names. */
export const contrastiveCommands: TaskCommands<never> = {
  own: [],
  knows: () => true,
  next: (run) => `zero-shot ${run} --out ${run}-classifier`,
  refusal: (what) => `${what} is a dual encoder`,
  evaluate: (_, [run]) => refused(run),
  export: refused,
  open: refused,
  predict: (_, __, [run]) => refused(run),
};
