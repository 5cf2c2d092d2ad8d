import { textTable } from "../../core/index.ts";
import { counted } from "../../core/internal.ts";
import { cocoFigureNames, cocoFigureTitles, type DetectionResults } from "../../evaluate/index.ts";
import { boxMeasureRows, corruptionRows, shiftColumns, shiftRows, shownShare } from "../detection/measures.ts";

const classes = (count: number): string => (count === 1 ? "1 class" : `${count} classes`);

/** COCO's twelve figures with their intervals, below them what else was measured, and each set under shift. */
export function detectionText(results: DetectionResults): string {
  const { run, images, objects, crowds, detections, figures, intervals, classes: all } = results;
  const of = `${counted(images, "image")}, ${counted(objects, "object")}${crowds > 0 ? ` and ${counted(crowds, "crowd")}` : ""}, ${counted(detections, "detection")}, ${classes(all.length)}`;
  const rows = cocoFigureNames.map((name) => [
    cocoFigureTitles[name],
    shownShare(figures[name]),
    ...(intervals ? [intervals[name]?.map((end) => shownShare(end)).join(" to ") ?? "–"] : []),
  ]);
  const heading = [run, "value", ...(intervals ? ["95 % over the images"] : [])];
  const others = boxMeasureRows(results).map(({ title, value }) => [title, shownShare(value)]);
  const tables = [
    [heading, ...rows],
    [["other measures", "value"], ...others],
    ...((results.shifts ?? []).length > 0
      ? [
          [
            ["images", ...shiftColumns],
            ...shiftRows(results).map(({ set, values }) => [set, ...values.map(shownShare)]),
          ],
        ]
      : []),
  ];
  const { corruptions } = results;
  if (corruptions)
    tables.push([
      [`under corruption, ${counted(corruptions.images, "image")}`, "value"],
      ...corruptionRows(corruptions).map(({ title, value }) => [title, shownShare(value)]),
    ]);
  return [of, ...tables.map((table) => textTable(table))].join("\n\n");
}

/**
 * The figures of each class of judged detections as a table for a terminal or a log; AP, recall and LRP from 0 to 1.
 * @example
 * console.log(detectionClassesText(judgeDetections({ detections: "detections.json", ground: "truth.json" })));
 */
export const detectionClassesText = ({ classes }: DetectionResults): string =>
  textTable([
    ["class", "objects", "detections", "AP", "AP50", "AP75", "recall 100", "VOC AP", "oLRP", "operating score"],
    ...classes.map(({ name, objects, detections, figures, voc, lrp }) => [
      name,
      String(objects),
      String(detections),
      ...[figures.ap, figures.ap50, figures.ap75, figures.ar100, voc?.allPoint, lrp?.olrp, lrp?.threshold].map(
        (value) => shownShare(value),
      ),
    ]),
  ]);
