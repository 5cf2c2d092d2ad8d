import { type DataSet, type ImageSet, imageCount, subset, UserError } from "../core/index.ts";
import { channelStatistics } from "./normalization.ts";

/** What a data set is made of, before or after its classes are chosen. */
export type Splits = Pick<DataSet, "train" | "validation" | "test" | "shifts">;

/** Classes that an error message names, at most. */
const MOST_NAMED = 40;

/**
 * The data set without some of its classes: they leave training, validation and test, and what is left keeps its order.
 * Their images of all three are `heldOut`: nothing of them is trained on, so they judge whether a network tells an unseen
 * meaning from what it knows, in the same style. Shifted sets lose these classes, too.
 * @throws UserError for a class that is not there, or where less than two classes or no image are left
 * @example
 * const digits = withHeldOut(await loadDataSet({ name: "mnist", seed: 0 }), ["8", "9"]);
 * console.log(digits.train.classNames, digits.heldOut?.map(({ name }) => name));
 */
export function withHeldOut(dataSet: DataSet, classes: readonly string[]): DataSet {
  const splits = holdOutClasses(dataSet, classes);
  return {
    ...dataSet,
    ...splits,
    title: dataSet.title + heldOutTitle(classes),
    normalization: channelStatistics(splits.train),
  };
}

/** What a title adds. */
export const heldOutTitle = (classes: readonly string[]): string => `, ${classes.join(" and ")} held out`;

/** As `withHeldOut`, of data whose statistics are yet to be taken. @throws UserError as that */
export function holdOutClasses(
  { train, validation, test, shifts }: Splits,
  classes: readonly string[],
): Splits & Required<Pick<DataSet, "heldOut">> {
  const { classNames } = train;
  const held = heldLabels(classNames, classes);
  const left = classNames.filter((_, label) => !held.has(label));
  const place = new Map(left.map((name, label) => [classNames.indexOf(name), label]));
  const rowsOf = (set: ImageSet, wanted: boolean) =>
    Array.from(set.labels.keys()).filter((row) => held.has(set.labels[row]) === wanted);
  const kept = (set: ImageSet): ImageSet => {
    const rest = subset(set, rowsOf(set, false));
    return { ...rest, classNames: left, labels: rest.labels.map((label) => place.get(label)!) };
  };
  const [trainLeft, validationLeft, testLeft] = [train, validation, test].map((set) => {
    const rest = kept(set);
    if (imageCount(rest) > 0) return rest;
    throw new UserError(`data.holdOut ${classes.join(", ")}: no other image is left in ${set.name}; hold out less`);
  });
  return {
    train: trainLeft,
    validation: validationLeft,
    test: testLeft,
    shifts: shifts.map(kept).filter((set) => imageCount(set) > 0),
    heldOut: [train, validation, test].map((set) => subset(set, rowsOf(set, true))),
  };
}

function heldLabels(classNames: readonly string[], classes: readonly string[]): ReadonlySet<number> {
  const composed = classNames.map((name) => name.normalize("NFC"));
  const labels = new Set<number>();
  for (const name of classes) {
    const label = composed.indexOf(name.normalize("NFC"));
    if (label < 0) {
      const rest = classNames.length > MOST_NAMED ? `, … (${classNames.length} classes)` : "";
      throw new UserError(
        `data.holdOut ${name}: no class has that name; the classes are ${classNames.slice(0, MOST_NAMED).join(", ")}${rest}`,
      );
    }
    labels.add(label);
  }
  if (labels.size === 0) throw new UserError("data.holdOut: names no class; leave it out, or name one");
  if (classNames.length - labels.size < 2)
    throw new UserError(
      `data.holdOut ${classes.join(", ")}: leaves ${classNames.length - labels.size} of ${classNames.length} classes; two at least must be left to be told apart`,
    );
  return labels;
}
