import { percent } from "../core/index.ts";
import type { Validation } from "../run/index.ts";
import { ofAverage } from "../run/internal.ts";
import type { TrainingMeans } from "../tasks/index.ts";
import { type ToldMeasure, trainingMeasures, validationMeasures } from "../tasks/internal.ts";

const told = ({ as }: ToldMeasure, value: number): string =>
  as === "percent" ? percent(value) : value.toPrecision(as.digits);

/**
 * What the log says of training examples beside the loss, in words; "" where that is nothing.
 * @example
 * meansInWords({ accuracy: 0.5 }); // "accuracy 50.0 %"
 */
export const meansInWords = (means: TrainingMeans): string =>
  inWords(trainingMeasures, { ...means }, (measure, value) => `${measure.title} ${told(measure, value)}`);

/**
 * What validation said beside its loss, in words, of the averaged weights, too, where they are kept; "" where it said nothing.
 * @example
 * const summary = await trainRun(run, config);
 * console.log(validationInWords(summary)); // "validation accuracy 91.2 %, of the averaged weights 92.0 %"
 */
export const validationInWords = (said: Partial<Validation>): string =>
  inWords(validationMeasures, { ...said }, (measure, value, name) => {
    const averaged = said[ofAverage(name) as keyof Validation];
    const both = averaged === undefined ? "" : `, of the averaged weights ${told(measure, averaged)}`;
    return `validation ${measure.title} ${told(measure, value)}${both}`;
  });

/** Those of the measures that there are. */
const inWords = (
  measures: Readonly<Record<string, ToldMeasure>>,
  values: Readonly<Record<string, number | undefined>>,
  say: (measure: ToldMeasure, value: number, name: string) => string,
): string =>
  Object.entries(measures)
    .flatMap(([name, measure]) => (values[name] === undefined ? [] : [say(measure, values[name], name)]))
    .join(", ");
