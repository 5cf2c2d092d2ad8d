import { writeFileAtomic } from "../../files/internal.ts";
import { counted, listing } from "../format.ts";
import { type Html, html } from "../html.ts";
import { mixedTitles } from "../mixed-data.ts";
import { folded, type Section } from "../sections/folded.ts";
import { notices } from "../sections/notices.ts";
import { circumstances, day, settingsOf, unique } from "../sections/what-was-run.ts";
import { pageShell } from "../shell.ts";
import { shownShare } from "./measures.ts";
import { classFigures } from "./sections/classes.ts";
import { boxMistakes } from "./sections/confusion.ts";
import { boxesUnderCorruption } from "./sections/corruptions.ts";
import { boxReliability, boxSparsification, precisionRecall } from "./sections/curves.ts";
import { cocoTable, otherMeasures } from "./sections/figures.ts";
import { boxPictures } from "./sections/pictures.ts";
import { underShift } from "./sections/shifts.ts";
import { type DetectionStudy, detectionStudy, firstOf } from "./study.ts";

interface Options {
  /** In place of the finding as the page's title. */
  readonly title?: string;
}

/** What is folded below the contents, in order: a new section is its function and a line here. */
const sections: readonly Section<DetectionStudy, Options>[] = [
  { id: "shifts", title: "Under shift", body: underShift },
  { id: "corruptions", title: "Under corruption", body: boxesUnderCorruption },
  { id: "pictures", title: "Pictures", body: boxPictures },
  { id: "curves", title: "Precision against recall", body: precisionRecall },
  { id: "classes", title: "Class by class", body: classFigures },
  { id: "confusion", title: "What is mistaken for what", body: boxMistakes },
  { id: "measures", title: "Other measures", body: otherMeasures },
  { id: "reliability", title: "Is a score what it says?", body: boxReliability },
  { id: "doubt", title: "Does doubt point at the wrong boxes?", body: boxSparsification },
  { id: "run", title: "What was judged", body: whatWasJudged },
];

function whatWasJudged({ arms }: DetectionStudy): Html {
  const results = arms.flatMap(({ runs }) => runs.map((run) => run.results));
  const sets = unique(
    results.map(
      ({ data, images, objects, crowds, classes }) =>
        `${data.title} (${counted(images, "image")}, ${counted(objects, "object")}${crowds > 0 ? `, ${counted(crowds, "crowd")}` : ""}, ${classes.length} classes)`,
    ),
  );
  return html`<section><dl>
<dt>Data</dt><dd>${listing(sets)}</dd>
<dt>Detections</dt><dd>${listing(results.map(({ run, detections }) => `${run} (${detections.toLocaleString("en")})`))}</dd>
${circumstances(results, unique(results.map(({ command }) => command)))}</dl>
${settingsOf(arms.map((arm) => firstOf(arm).settings))}</section>`;
}

/** What figures of different images, or objects, are not to be compared for. */
function mixedImages({ arms }: DetectionStudy): string[] {
  const runs = arms.flatMap((arm) => arm.runs.map((run) => ({ name: arm.name, run })));
  const sizes = new Set(runs.map(({ run: { results } }) => `${results.images} ${results.objects}`));
  return [
    ...mixedTitles(runs),
    ...(sizes.size > 1
      ? ["The numbers of images or objects differ between runs, so that their figures are not to be compared."]
      : []),
  ];
}

/**
 * Compares judged detections in one self-contained HTML file.
 * @throws UserError where a folder lacks its results, or they are damaged
 */
export async function detectionReport(folders: readonly string[], out: string, options: Options = {}): Promise<void> {
  const study = detectionStudy(folders);
  const results = study.arms.flatMap(({ runs }) => runs.map((run) => run.results));
  const title = study.arms.map((arm) => `${arm.name}: AP ${shownShare(firstOf(arm).figures.ap)}`).join(", ");
  const [{ images, objects }] = results;
  writeFileAtomic(
    out,
    pageShell({
      title: options.title ?? title,
      verdict: undefined,
      facts: `${listing(unique(results.map(({ data }) => data.title)))} · ${counted(images, "image")}, ${counted(objects, "object")} · ${day(
        results
          .map(({ date }) => date)
          .sort()
          .at(-1)!,
      )}`,
      main: [notices(study, mixedImages(study)), cocoTable(study), await folded(sections, study, options)],
    }),
  );
}
