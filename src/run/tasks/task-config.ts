import type { z } from "zod";
import type { Registrable, Tree } from "../../core/index.ts";
import type { RunConfig, RunConfigInput } from "../config.ts";

/** What a task says of a run's config; `Options` are those of the task, `task` of its configs. */
export interface TaskConfig<Options = RunConfig["task"]> {
  /** What its data sets are registered as, and the names of those that are. */
  readonly dataKind: Registrable;
  readonly dataNames: readonly string[];
  /** The options of each of its own data sets: data set, field, schema. */
  dataFields(): Readonly<Record<string, Readonly<Record<string, z.ZodType>>>>;
  /** What an example is called in messages. */
  readonly examples: string;
  /** Fills in defaults that are not those of the schema. */
  withDefaults(input: RunConfigInput): RunConfigInput;
  /** @throws UserError for options that the task does not have */
  check(config: RunConfig, task: Options): void;
  /**
   * Changes single choices by their paths, and what they stand above, to what they mean for this task: the data set that an
   * option implies, standard options.
   * @param fresh whether the choices stand above no config
   * @throws UserError where no data set is named and the task has no usual one
   */
  begin(input: Tree, choices: Map<string, unknown>, fresh: boolean): void;
  /** Fills in what depends on all other choices. */
  complete(input: Tree): void;
}
