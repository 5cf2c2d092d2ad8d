import { type numpy as np, numpy } from "@jax-js/jax";
import { type ImageSet, imageCount } from "../../core/index.ts";
import { compileByShape } from "../../engine/internal.ts";
import { cocoFigures, cocoMatches } from "../../evaluate/index.ts";
import type { Arrays, Variables } from "../../models/index.ts";
import { decodeCenters, type FoundBox, type Scores } from "../../tasks/index.ts";
import { leadingReferences } from "../leading-references.ts";
import { imagesOf } from "../outputs-under.ts";
import type { Kept } from "../training.ts";
import { centerTargets, objectsPerExample } from "./box-batches.ts";
import { detectionsOf } from "./detected.ts";
import { LEAST_SCORE } from "./forward.ts";
import { buildDetector, type DetectionRecord } from "./record.ts";

const IMAGES_AT_ONCE = 32;

/** Scores weights on a set: what is minimised, and COCO's figures, of anchored ones under one reference. */
export function detectionValidator(record: DetectionRecord, set: ImageSet) {
  const { config, data } = record;
  const { model, method, shape } = buildDetector(record);
  const programs = compileByShape(
    ({ params, state }: Record<"params" | "state", Arrays>, fed: Arrays) => {
      const { images, references, targets, objectsPerExample } = fed;
      const outputs = method.predict(model, params, state, images, references);
      const own = numpy.reshape(outputs.ref, outputs.shape.slice(1)) as np.Array;
      const { loss } = method.task.loss({ outputs: own }, { targets }, { objectsPerExample });
      return { loss, maps: method.task.combine(outputs, {}).maps };
    },
    { threads: config.threads, device: config.device },
  );
  const all = Array.from({ length: imageCount(set) }, (_, row) => row);
  const perExample = objectsPerExample(set, all);
  return {
    async scores({ params, state }: Variables, { references: kept }: Kept): Promise<Scores> {
      const references = method.anchored ? leadingReferences(kept!, 1) : undefined;
      const found: FoundBox[][] = [];
      let minimised = 0;
      for (let from = 0; from < all.length; from += IMAGES_AT_ONCE) {
        const rows = Int32Array.from(all.slice(from, from + IMAGES_AT_ONCE));
        const { loss, maps } = await programs.run(
          { params, state },
          {
            images: imagesOf(set, rows, data.normalization),
            targets: centerTargets(set, rows, shape, config.task),
            objectsPerExample: perExample,
            ...(references && { references }),
          },
        );
        minimised += (loss.data[0] as number) * (rows.length / all.length);
        const size = maps.data.length / rows.length;
        for (let i = 0; i < rows.length; i++) {
          const own = maps.data.subarray(i * size, (i + 1) * size) as Float32Array;
          found.push(decodeCenters(own, undefined, shape, { minScore: LEAST_SCORE }));
        }
      }
      const { ap = 0, ap50 = 0 } = cocoFigures(cocoMatches(set.boxes!, detectionsOf(set, found)));
      return method.task.score({ minimised, ap, ap50 });
    },
    dispose: () => programs.dispose(),
  };
}
