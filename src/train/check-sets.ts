import type { DataSet } from "../core/index.ts";
import { checkImageSet, checkLabels } from "../core/internal.ts";

/** @throws UserError where training or validation images are not as they say, or a label is none of the training's classes */
export function checkSets({ train, validation }: Pick<DataSet, "train" | "validation">): void {
  for (const set of [train, validation]) {
    checkImageSet(set);
    checkLabels(set.name, set.labels, train.classNames.length);
  }
}
