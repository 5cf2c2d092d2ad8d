import { UserError } from "../core/index.ts";
import { registerEntry } from "../core/internal.ts";
import type { CrossEntropyOptions, OutputOptions } from "../tasks/classification/outputs/index.ts";
import { type Classification, classification, type Task } from "../tasks/index.ts";
import { type AnchoredOptions, anchored } from "./anchored.ts";
import type { Method } from "./method.ts";
import { type MimoOptions, mimo } from "./mimo.ts";
import { ofClasses } from "./of-classes.ts";
import { type OwnMethodOptions, ownMethodDefaults } from "./own-methods.ts";
import { plainInput, type StandardOptions, standard } from "./standard.ts";

export { combineReferences } from "../tasks/classification/combine.ts";
export { softmaxCrossEntropy } from "../tasks/classification/cross-entropy.ts";
export {
  type AnchorSource,
  createOutput,
  type OatOptions,
  type Output,
  type OutputName,
  type OutputOptions,
  outputNames,
  type PredictionBatchPoint,
} from "../tasks/classification/outputs/index.ts";
export type { SensitivityPoint } from "../tasks/classification/sensitivity.ts";
export { type AnchoredOptions, anchored, predictUnderReferences, type TupleOptions, tuple } from "./anchored.ts";
export { anchoredOptions } from "./anchored-options.ts";
export type { Transduction } from "./bilinear-transduction.ts";
export { type MaskingOptions, type MaskStatistics, maskStatistics } from "./masking.ts";
export type { BatchShape, DrawnReferences, DrawReferences, Method } from "./method.ts";
export { type MimoOptions, mimo } from "./mimo.ts";
export { type ReferenceOptions, type ReferencePolicy, referenceRows } from "./references.ts";
export { type StandardOptions, standard } from "./standard.ts";

/** What to do at the far end other than cross-entropy: with the image itself as the input a method of its own. */
type PlainOptions = Exclude<OutputOptions, CrossEntropyOptions>;
export type MethodOptions = StandardOptions | AnchoredOptions | PlainOptions | MimoOptions;

const plain = (options: PlainOptions) => plainInput(options.name, classification(options));

/**
 * Every method by the name that `--method` takes.
 * @example
 * const method = methods.standard({ name: "standard" });
 */
export const methods: { [O in MethodOptions as O["name"]]: (options: O, task?: Task) => Method } = {
  standard,
  anchored,
  oat: plain,
  "mse-onehot": plain,
  "mse-scaled": plain,
  mimo,
};

export type MethodName = keyof typeof methods;
/**
 * Those of the table and of `registerMethod`.
 * @example
 * console.log(methodNames); // ["standard", "anchored", …]
 */
export const methodNames = Object.keys(methods) as MethodName[];

/**
 * Makes a method of the user's own known by name, here and to `--method`. A config's options of it are those of `defaults`.
 * @param create the method of all its options; `task` is what is learnt, a classification where absent
 * @throws UserError for a name that is taken
 * @example
 * registerMethod("plain", { seen: 1 }, (options, task) => ({ ...standard({ name: "standard" }, task), name: "plain" }));
 */
export function registerMethod<Options extends OwnMethodOptions>(
  name: string,
  defaults: Options,
  create: (options: Options & { readonly name: string }, task?: Task) => Method,
): void {
  registerEntry("method", methods as Record<string, unknown>, methodNames, name, create as unknown);
  ownMethodDefaults[name] = defaults;
}

/**
 * A method by its options.
 * @param task what is learnt; where absent a classification by the output that the options name
 * @throws UserError for options out of range, or a method of classification alone for another task
 * @example
 * const method = createMethod(resolveConfig({ data: { name: "mnist" }, method: { name: "anchored" } }).method);
 */
export function createMethod(options: MethodOptions): Method<Classification>;
export function createMethod<OfTask extends Task>(options: MethodOptions, task: OfTask): Method<OfTask>;
export function createMethod(options: MethodOptions, task?: Task): Method {
  if (task && ofClasses.includes(options.name))
    throw new UserError(`method ${options.name}: it is for classification; use standard or anchored`);
  const method = (methods[options.name] as (options: MethodOptions, task?: Task) => Method)(options, task);
  if (method.anchored && !("references" in options && "referenceCount" in options))
    throw new TypeError(
      `method ${options.name}: it is anchored, so it needs the options references and referenceCount, e.g. "all" and 10`,
    );
  return method;
}
export type { OwnMethodOptions } from "./own-methods.ts";
