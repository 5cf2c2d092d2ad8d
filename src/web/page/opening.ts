import { corruptions } from "../../corrupt/table.ts";
import { softmax } from "../../evaluate/softmax.ts";
import type { Manifest } from "../manifest.ts";

/** The sample that is shown first: the opening's, else the one that models are surest and right about, so that doubt has room to grow. */
export const firstSample = (manifest: Manifest): number => manifest.opening?.sample ?? surest(manifest);

/** What the page opens on, and how that was chosen; undefined where it opens undamaged. */
export function openingInWords({ opening, models }: Manifest): string | undefined {
  if (!opening) return undefined;
  const { corruption, severity, known, tried } = opening;
  const [standard, anchored] = [models[opening.standard].title, models[opening.anchored].title];
  const from = `${tried.pictures} pictures × ${tried.corruptions} corruptions × 5 severities`;
  return `${titleOf(corruption)} at severity ${severity}, chosen because the models differ here: of ${from}, it is the surest mistake of “${standard}” ${known ? `on a picture that “${anchored}” gets right and calls known` : `that “${anchored}” does not make`}. Move the slider, or take another picture.`;
}

/** For people, e.g. `Gaussian noise`. */
export const titleOf = (corruption: string): string => corruptions.find(({ name }) => name === corruption)!.title;

/** The sample that most models are right about, and of those the one with the least doubt. */
function surest({ models, samples, classNames }: Manifest): number {
  const K = classNames.length;
  const merit = samples.labels.map((label, i) =>
    models.reduce((sum, { expected }) => {
      const { confidence, predicted } = softmax(expected.slice(i * K, (i + 1) * K), K);
      return sum + (predicted[0] === label ? 1 : 0) + confidence[0];
    }, 0),
  );
  return merit.indexOf(Math.max(...merit));
}
