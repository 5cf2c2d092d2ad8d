import { nn, numpy as np } from "@jax-js/jax";
import type { Arrays } from "../../models/index.ts";
import type { Learnt, Task } from "../task.ts";
import { varianceOf } from "../variance.ts";
import { centerLoss } from "./center-loss.ts";
import type { MapShape } from "./center-targets.ts";
import type { DetectionOptions } from "./options.ts";

/** What a detector answers on a validation set. */
export interface ValidatedDetection {
  readonly minimised: number;
  /** COCO's AP over IoU 0.5 to 0.95, and at 0.5; 0 where no object counts. */
  readonly ap: number;
  readonly ap50: number;
}

/**
 * The task of finding objects by their centres, `centerNet`'s maps of one shape: T = (K + 5)·h·w, as `drawCenterTargets` has them, O = (K + 4)·h·w.
 * Its loss is fed `shared.objectsPerExample`, see `centerLoss`. A masked image is learnt as any other, or toward an empty scene
 * (`maskTarget` `empty`): no heat anywhere, and no sizes. `combine` gives `maps` [N, O] under R references: heat of the mean logits, 0 to 1, then
 * mean offsets and sizes; and, if R ≥ 2, `spread` [N, O], the std over R (divisor R − 1) of heat, then of left, upper, right and
 * lower side, in cells.
 * @example
 * const task = detection(detectionSchema.parse({ name: "detection" }), { classes: 20, rows: 16, columns: 16 });
 * createMethod({ name: "standard" }, task);
 */
export function detection(
  options: Pick<DetectionOptions, "offsetWeight" | "sizeWeight">,
  shape: MapShape,
): Task<ValidatedDetection> {
  const { classes, rows, columns } = shape;
  const cells = rows * columns;
  return {
    name: "detection",
    minimises: "center-net",
    // By the number of objects that it is fed, which is the whole batch's.
    couples: false,
    warmStartEpochs: 0,
    outputCount: (targets) => targets - cells,
    // An empty scene.
    neutral: () => 0,
    loss({ outputs }, { targets, truth }, { objectsPerExample }): Learnt {
      truth?.dispose();
      return { loss: centerLoss(outputs, targets, objectsPerExample, shape, options), sums: {} };
    },
    means: () => ({}),
    combine(outputs): Arrays {
      const [references, count] = outputs.shape;
      const [heat, offset, size] = np.split(
        np.reshape(outputs, [references, count, classes + 4, cells]),
        [classes, classes + 2],
        2,
      );
      const flat = (parts: np.Array[]) => np.reshape(np.concatenate(parts, 1), [count, (classes + 4) * cells]);
      const mean = (array: np.Array) => np.mean(array, 0);
      const maps = flat([nn.sigmoid(mean(heat.ref)), mean(offset.ref), mean(size.ref)]);
      if (references === 1) {
        for (const part of [heat, offset, size]) part.dispose();
        return { maps };
      }
      const half = np.divide(size, 2);
      const sides = [np.subtract(offset.ref, half.ref), np.add(offset, half)];
      const deviation = (array: np.Array) => np.sqrt(varianceOf(array));
      return { maps, spread: flat([deviation(nn.sigmoid(heat)), ...sides.map(deviation)]) };
    },
    score: ({ minimised, ap, ap50 }) => ({ validationLoss: minimised, validationAp: ap, validationAp50: ap50 }),
  };
}
