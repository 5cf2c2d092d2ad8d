import { cifar10Resnet20 } from "../recipes/cifar10-resnet20.ts";
import { emojiQuickstart } from "../recipes/emoji-quickstart.ts";
import { corruptionMeanMeasure, oodMeasure, setMeasure } from "../report/index.ts";
import type { RunConfigInput } from "../run/index.ts";
import type { Study } from "./study.ts";

/** Corruptions of each kind: noise, blur, weather, digital. */
const DEPTH_CORRUPTIONS = ["gaussian_noise", "motion_blur", "fog", "jpeg_compression", "contrast"];

/** Emoji of 16 pixels, 12 epochs: what five seeds of many arms can afford. */
export const depthEmoji = { ...emojiQuickstart, data: { ...emojiQuickstart.data, imageSize: 16 }, epochs: 12 };

interface DepthStudy {
  readonly title: string;
  readonly base: RunConfigInput;
  readonly seeds: number;
  /** Image sets whose accuracy and calibration are shown, and what they are to the training images. */
  readonly sets: Readonly<Record<string, "test" | "shift">>;
  readonly ood: readonly string[];
  readonly shift?: boolean;
}

/**
 * Where tuples may arise (after G-ΔUQ, Trivedi et al., ICLR 2024): of images, or of hidden values further and further up. The
 * further up, the less ten references cost. Masked with α = 0.25; references from the batch but at the input, where they are
 * drawn from the training images.
 */
function depthStudy({ title, base, seeds, sets, ood, shift }: DepthStudy): Study {
  const anchored = (anchorAt: "input" | "stem" | "stage:1" | "stage:2" | "features") => ({
    config: { ...base, method: { name: "anchored", anchorAt } as const },
  });
  return {
    title,
    arms: {
      standard: { config: { ...base, method: { name: "standard" } } },
      input: anchored("input"),
      stem: anchored("stem"),
      "stage-1": anchored("stage:1"),
      "stage-2": anchored("stage:2"),
      features: anchored("features"),
    },
    seeds,
    baselines: ["standard", "input"],
    judge: {
      suites: ["clean", "calibration", "corruptions", "ood", ...(shift ? (["shift"] as const) : [])],
      ood,
      corruptions: DEPTH_CORRUPTIONS,
      severities: [3],
    },
    measures: [
      ...Object.entries(sets).flatMap(([set, role]) =>
        (["accuracy", "ece15", "smoothEce", "nll"] as const).map((metric) => setMeasure(set, role, metric)),
      ),
      ...(["accuracy", "smoothEce", "nll"] as const).map(corruptionMeanMeasure),
      ...ood.flatMap((set) => (["max-softmax", "entropy"] as const).map((score) => oodMeasure(`${set}/test`, score))),
    ],
  };
}

/**
 * Images of 16 pixels: 6 arms × 5 seeds, some 25 minutes on two CPU cores with `--parallel 2`. No depth has both the accuracy of standard
 * training and the calibration of anchoring at the input (docs/results.md).
 */
export const anchorDepthEmoji = depthStudy({
  title: "Anchoring at depths of ResNet-20, emoji categories",
  base: depthEmoji,
  seeds: 5,
  sets: { "emoji/test": "test", "emoji/unseen vendors": "shift" },
  ood: ["mnist", "mnist-inverted"],
  shift: true,
});

/** 6 arms × 5 seeds of 10 epochs: some 12 hours on two CPU cores. Not yet measured here. */
export const anchorDepthCifar10 = depthStudy({
  title: "Anchoring at depths of ResNet-20, CIFAR-10",
  base: cifar10Resnet20,
  seeds: 5,
  sets: { "cifar10/test": "test" },
  ood: ["mnist", "mnist-inverted", "emoji"],
});
