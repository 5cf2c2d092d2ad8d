import { UserError } from "../../core/index.ts";
import type { Rows } from "./rows.ts";
import type { FeatureData } from "./types.ts";

export function checkShapes({ classes, training, validation, classifier }: FeatureData): void {
  const width = widthOf({ classes, training, validation, classifier });
  for (const [name, set] of Object.entries({ training, validation })) {
    if (!set) continue;
    const { features, logits, labels } = set;
    if (features.width !== width)
      throw new UserError(
        `${name} features have ${features.width} columns, others ${width}; they must be of one network`,
      );
    if (logits && (logits.width !== classes || logits.count !== features.count))
      throw new UserError(
        `${name} logits are [${logits.count}, ${logits.width}]; they must be [${features.count}, ${classes}], one row per row of features`,
      );
    if (labels && labels.length !== features.count)
      throw new UserError(`${labels.length} ${name} labels for ${features.count} rows of features; give one for each`);
    const wrong = labels?.find((label) => label < 0 || label >= classes);
    if (wrong !== undefined)
      throw new UserError(`${name} label ${wrong} is none of ${classes} classes; use 0 to ${classes - 1}`);
  }
  if (classifier && (classifier.weight.length !== classes * width || classifier.bias.length !== classes))
    throw new UserError(
      `the classifier has ${classifier.weight.length} weights and ${classifier.bias.length} biases; ${classes} classes of ${width} features need ${classes * width} and ${classes}`,
    );
}

/** D; 0 where there are no features at all. */
export const widthOf = ({ classes, training, validation, classifier }: FeatureData): number =>
  training?.features.width ?? validation?.features.width ?? (classifier ? classifier.weight.length / classes : 0);

export function checkRows(features: Rows | undefined, logits: Rows, width: number, classes: number): void {
  if (logits.width !== classes)
    throw new UserError(
      `logits have ${logits.width} columns, but there are ${classes} classes; they must be of one network`,
    );
  if (!features) return;
  if (features.count !== logits.count)
    throw new UserError(
      `${features.count} rows of features for ${logits.count} of logits; give both of the same images`,
    );
  if (width > 0 && features.width !== width)
    throw new UserError(`features have ${features.width} columns, fitted ones ${width}; they must be of one network`);
}
