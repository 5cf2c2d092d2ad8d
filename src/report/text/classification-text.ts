import { percent, textTable } from "../../core/index.ts";
import { type MetricName, metrics, type Results } from "../../evaluate/index.ts";
import { conformalText } from "./conformal-text.ts";
import { corruptionText } from "./corruption-text.ts";
import { laplaceText } from "./laplace-text.ts";
import { oodScoresText } from "./ood-scores-text.ts";
import { scalingsText } from "./scalings-text.ts";

const shown: MetricName[] = ["accuracy", "ece15", "rmsEce20", "smoothEce", "nll", "brier", "aurc"];

/** A line for each image set; below it what was measured on foreign and on corrupted images. */
export function classificationText({
  run,
  weights,
  variant,
  sets,
  ood,
  oodScores,
  corruptions,
  scalings,
  conformal,
  predictionBatch,
}: Results): string {
  const asked = [weights && `${weights} weights`, sets[0]?.mirrored && "mirrored too"].filter(Boolean).join(", ");
  const parts = [
    textTable([
      [asked ? `${run} (${asked})` : run, "images", ...shown.map((name) => metrics[name].title)],
      ...sets.map(({ set, images, metrics: values }) => [
        set,
        String(images),
        ...shown.map((name) => formatted(values[name], metrics[name].unit)),
      ]),
    ]),
  ];
  if (variant?.laplace) parts.push(laplaceText(variant.laplace));
  if (scalings?.length) parts.push(scalingsText(scalings));
  if (conformal?.length) parts.push(conformalText(conformal));
  if (predictionBatch)
    parts.push(
      textTable([
        ["read by the anchor of", "set", "Accuracy", "other class than the largest output"],
        ...predictionBatch.sets.flatMap(({ set, points }) =>
          points.map(({ batch, accuracy, changed }) => [
            { 1: "each image", stored: "validation, stored" }[batch] ?? `${batch} images`,
            set,
            percent(accuracy),
            percent(changed),
          ]),
        ),
      ]),
    );
  if (ood.length > 0)
    parts.push(
      textTable([
        ["out of distribution", "AUROC", "AUPR-in", "AUPR-out", "FPR95-in", "FPR95-out"],
        ...ood.map(({ set, score, auroc, auprIn, auprOut, fpr95In, fpr95Out }) => [
          `${set} by ${score}`,
          ...[auroc, auprIn, auprOut, fpr95In, fpr95Out].map((value) => formatted(value, "%")),
        ]),
      ]),
    );
  if (oodScores?.sets.length) parts.push(oodScoresText(oodScores));
  if (corruptions) parts.push(corruptionText(corruptions));
  return parts.join("\n\n");
}

const formatted = (value: number | undefined, unit: "%" | ""): string => {
  if (value === undefined) return "–";
  return unit === "%" ? percent(value) : value.toFixed(3);
};
