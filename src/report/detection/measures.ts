import type { BoxCorruptionResults, DetectionResults } from "../../evaluate/index.ts";

/** A number from 0 to 1 as COCO prints it; `–` where there is none. */
export const shownShare = (value: number | undefined): string => (value === undefined ? "–" : value.toFixed(3));

export interface BoxMeasureRow {
  readonly title: string;
  readonly value: number | undefined;
  readonly better: "higher" | "lower";
}

/** What is measured besides COCO's figures, where there is something to measure. */
export function boxMeasureRows({ voc, lrp, calibration, doubt }: DetectionResults): BoxMeasureRow[] {
  const left = calibration && calibration.minScore > 0 ? `, of scores from ${calibration.minScore}` : "";
  const whose = { score: "1 − score", uncertainty: "uncertainty" } as const;
  const rows: BoxMeasureRow[] = [
    { title: "AP of Pascal VOC 2010, all points, IoU 0.5", value: voc?.allPoint, better: "higher" },
    { title: "AP of Pascal VOC 2007, 11 points, IoU 0.5", value: voc?.elevenPoint, better: "higher" },
    { title: "oLRP at IoU 0.5 (0 is best)", value: lrp?.olrp, better: "lower" },
    { title: "  of it: how far right boxes are off, 1 − IoU", value: lrp?.localisation, better: "lower" },
    { title: "  of it: wrong detections, 1 − precision", value: lrp?.falsePositive, better: "lower" },
    { title: "  of it: missed objects, 1 − recall", value: lrp?.falseNegative, better: "lower" },
    { title: `D-ECE at IoU 0.5${left}`, value: calibration?.dEce, better: "lower" },
    { title: `LaECE at IoU 0${left}`, value: calibration?.laEce, better: "lower" },
    ...doubt.flatMap(({ of, auroc, ause }): BoxMeasureRow[] => [
      { title: `AUROC of ${whose[of]} against wrong boxes`, value: auroc, better: "higher" },
      { title: `AUSE of ${whose[of]} (0 is best)`, value: ause, better: "lower" },
    ]),
  ];
  return rows.filter(({ value }) => value !== undefined);
}

/** What is told of each set, where there are several. */
export const shiftColumns = ["AP", "AP50", "AP75", "recall 100", "oLRP", "D-ECE", "LaECE"] as const;

/** The test set and those under shift, with a value for each of `shiftColumns`. */
export const shiftRows = (
  results: DetectionResults,
): { readonly set: string; readonly values: readonly (number | undefined)[] }[] =>
  [{ ...results, set: results.set ?? results.data.title }, ...(results.shifts ?? [])].map(
    ({ set, figures, lrp, calibration }) => ({
      set,
      values: [
        ...[figures.ap, figures.ap50, figures.ap75, figures.ar100],
        ...[lrp?.olrp, calibration?.dEce, calibration?.laEce],
      ],
    }),
  );

/** The clean AP, and mPC and rPC of each set of corruptions that is complete. */
export const corruptionRows = ({
  clean,
  means,
}: BoxCorruptionResults): { readonly title: string; readonly value: number | undefined }[] => {
  const names = { ap: "AP", ap50: "AP50" } as const;
  return [
    { title: "clean AP", value: clean.ap },
    { title: "clean AP50", value: clean.ap50 },
    ...means.flatMap(({ set, measure, mpc, rpc }) => [
      { title: `mPC, ${names[measure]}, ${set}`, value: mpc },
      { title: `rPC, ${names[measure]}, ${set}`, value: rpc },
    ]),
  ];
};
