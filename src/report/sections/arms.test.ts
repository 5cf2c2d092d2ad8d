import { expect, test } from "vitest";
import type { Results } from "../../evaluate/index.ts";
import { methodInWords } from "./arms.ts";

const PAIR = "The network sees each image x as the pair of a reference image r and the residual x − r.";
const anchored = (results: Partial<Results>, settings: Results["settings"] = {}) =>
  methodInWords({ method: "anchored", sets: [], settings, ...results } as unknown as Results);

test.each<[string, string, string]>([
  ["no mask", anchored({ maskProbability: 0 }), `${PAIR} References are never masked.`],
  [
    "label",
    anchored({ maskProbability: 0.25, maskTarget: "label" }, { "method.maskStatistics": "ordinary" }),
    `${PAIR} With probability α = 0.25 the references of a batch are masked while it trains; it must still give the right label. BatchNorm's running statistics come from batches that are not masked.`,
  ],
  [
    "uniform, image by image, from half of the training on",
    anchored(
      { maskProbability: 0.1, maskTarget: "uniform" },
      { "method.maskBy": "image", "method.maskFrom": 0.5, "method.references": "batch" },
    ),
    `${PAIR} With probability α = 0.1 an image's reference is masked while it trains, after the first 50 % of the training; it must then be undecided, all classes alike. References are other images of the batch.`,
  ],
  [
    "the usual settings are not said",
    anchored({}, { "method.references": "all", "method.maskKeep": 0, "method.tiedStart": false }),
    `${PAIR} References are never masked.`,
  ],
  [
    "a zero-shot run",
    methodInWords({ method: "standard", settings: { "zeroShot.templates": 8 } } as unknown as Results),
    "The usual training: the network sees each image as it is. Zero-shot: nothing was trained for these classes; a dual encoder knows them by their names, each in 8 ways.",
  ],
  ["another program's model", methodInWords({ method: "theirs" } as Results), ""],
])("an arm in words: %s", (_, said, expected) => expect(said).toBe(expected));
