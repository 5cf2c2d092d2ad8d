import { severities } from "../corrupt/corruption.ts";
import { corruptions } from "../corrupt/table.ts";
import type { Manifest } from "./manifest.ts";

/** A manifest as it was read, known to name only what is there. @throws Error naming the field that is wrong. */
export function checkManifest(manifest: Manifest): Manifest {
  const { classNames, models, samples, nearest, opening, words } = manifest;
  const demand = (holds: boolean, field: string, rule: string) => {
    if (!holds) throw new Error(`demo.json: ${field} ${rule}; write the page anew with this version's anchored demo`);
  };
  const isIndex = (value: number, list: readonly unknown[]) =>
    Number.isInteger(value) && value >= 0 && value < list.length;
  demand(models?.length > 0, "models", "is empty");
  demand(samples?.labels.length > 0, "samples.labels", "is empty");
  for (const label of samples.labels) demand(isIndex(label, classNames), "samples.labels", `names class ${label}`);
  demand(nearest?.labels.length > 0, "nearest.labels", "is empty");
  for (const label of nearest.labels) demand(isIndex(label, classNames), "nearest.labels", `names class ${label}`);
  for (const [i, { doubtPercentiles, spreadPercentiles, expected, verdict }] of models.entries()) {
    demand(isRising(doubtPercentiles), `models[${i}].doubtPercentiles`, "is not 101 rising numbers");
    demand(
      spreadPercentiles === undefined || isRising(spreadPercentiles),
      `models[${i}].spreadPercentiles`,
      "is not 101 rising numbers",
    );
    demand(
      expected.length === samples.labels.length * classNames.length,
      `models[${i}].expected`,
      "is not one logit for each sample and class",
    );
    demand(
      verdict === undefined || (Number.isFinite(verdict.threshold) && verdict.parts.length > 0),
      `models[${i}].verdict`,
      "has no threshold or no parts",
    );
  }
  if (words) {
    demand(words.dualEncoders?.length > 0, "words.dualEncoders", "is empty");
    demand(words.suggested?.length > 0, "words.suggested", "is empty");
    for (const [i, { templates, expected }] of words.dualEncoders.entries()) {
      demand(templates?.length > 0, `words.dualEncoders[${i}].templates`, "is empty");
      demand(
        expected.length === samples.labels.length * words.suggested.length,
        `words.dualEncoders[${i}].expected`,
        "is not one logit for each sample and suggested word",
      );
    }
  }
  if (opening) {
    const { sample, corruption, severity, anchored, standard } = opening;
    demand(isIndex(sample, samples.labels), "opening.sample", `is ${sample}, which is no sample`);
    demand(
      corruptions.some(({ name }) => name === corruption),
      "opening.corruption",
      `is ${corruption}, which is no corruption`,
    );
    demand(severities.includes(severity), "opening.severity", `is ${severity}, outside 1 to 5`);
    demand(isIndex(anchored, models) && models[anchored].anchored, "opening.anchored", "is no anchored model");
    demand(isIndex(standard, models) && !models[standard].anchored, "opening.standard", "is no standard model");
  }
  return manifest;
}

const isRising = (values: readonly number[] | undefined): boolean =>
  values?.length === 101 && values.every((value, i) => Number.isFinite(value) && (i === 0 || value >= values[i - 1]));
