import { Random, type RegressionData, type RegressionSet, UserError } from "../../core/index.ts";
import { columnValues, selectExamples } from "./columns.ts";
import type { LoadedExamples, ResolvedContext } from "./entry.ts";
import type { SplitOptions } from "./options.ts";
import { outsideSupport } from "./shift.ts";

const usualTestFraction = 0.2;

interface Parts {
  readonly train: number[];
  readonly validation: number[];
  readonly test: number[];
  /** Rows of every shift set. */
  readonly shifts: Map<string, number[]>;
  /** Rows left out, since their target may not be trained on. */
  leftOut: number;
}

/**
 * Splits examples into training, validation, test and shift sets: by the parts that they name, else at random by the
 * seed. Under a target shift all others hold targets within the training's support alone; the shift set holds those
 * outside of it, but for examples that were named for training or validation: they are left out. Rows stay in ascending
 * order.
 * @throws UserError for too few examples, or a target that is the same in all that are trained on
 */
export function splitExamples(
  name: string,
  loaded: LoadedExamples,
  options: SplitOptions,
  { onNotice }: Pick<ResolvedContext, "onNotice"> = {},
): RegressionData {
  const { stem, title } = loaded;
  requireVaried(loaded, stem, "");
  const parts = assign(loaded, options);
  for (const part of ["test", "train", "validation"] as const)
    if (parts[part].length < (part === "train" ? 2 : 1))
      throw new UserError(
        `${stem}: ${parts[part].length} examples for ${part} of ${loaded.count} in all; give more, or other fractions`,
      );
  if (parts.leftOut > 0)
    onNotice?.(
      `${stem}: ${parts.leftOut} of ${loaded.count} examples left out: shift ${options.shift} keeps their targets from training`,
    );
  const setOf = (part: string, rows: readonly number[]) =>
    selectExamples(loaded, rows.toSorted(ascending), `${stem}/${part}`);
  const train = setOf("train", parts.train);
  requireVaried(train, stem, "training ");
  noticeConstantFeatures(train, onNotice);
  return {
    name,
    title: options.shift === "none" ? title : `${title}, ${options.shift} of the target`,
    train,
    validation: setOf("validation", parts.validation),
    test: setOf("test", parts.test),
    shifts: [...parts.shifts].map(([part, rows]) => setOf(part, rows)),
  };
}

function assign({ count, targets, parts: named }: LoadedExamples, options: SplitOptions): Parts {
  const { seed, testFraction = usualTestFraction, validationFraction, shift } = options;
  const outside =
    shift === "none" ? undefined : outsideSupport(columnValues(targets, targets.names[0]), shift, targets.names[0]);
  const parts: Parts = { train: [], validation: [], test: [], shifts: new Map(), leftOut: 0 };
  const free: number[] = [];
  if (outside) parts.shifts.set(outside.name, []);
  for (let row = 0; row < count; row++) {
    const part = named?.[row];
    if (outside?.rows.has(row)) {
      if (part === undefined || part === "test") parts.shifts.get(outside.name)!.push(row);
      else parts.leftOut++;
    } else if (part === undefined) free.push(row);
    else if (part === "train" || part === "validation" || part === "test") parts[part].push(row);
    else if (parts.shifts.get(part)?.push(row) === undefined) parts.shifts.set(part, [row]);
  }
  for (const [part, rows] of parts.shifts) if (rows.length === 0) parts.shifts.delete(part);
  const shuffled = new Random(seed, "regression test").shuffle(free);
  const tested = shuffled.length === 0 ? 0 : Math.max(1, Math.round(testFraction * shuffled.length));
  parts.test.push(...shuffled.slice(0, tested));
  parts.train.push(...shuffled.slice(tested));
  if (parts.validation.length === 0) {
    const { train } = parts;
    new Random(seed, "regression validation").shuffle(train.sort(ascending));
    parts.validation.push(...train.splice(0, Math.max(1, Math.round(validationFraction * train.length))));
  }
  return parts;
}

const ascending = (a: number, b: number): number => a - b;

type WithTargets = Pick<RegressionSet, "count" | "targets">;

/** @throws UserError where a target is the same number in every example */
function requireVaried({ count, targets }: WithTargets, stem: string, which: string): void {
  for (const name of targets.names) {
    const values = columnValues(targets, name);
    if (values.every((value) => value === values[0]))
      throw new UserError(
        `${stem}: target "${name}" is ${values[0]} in all ${count} ${which}examples: there is nothing to learn`,
      );
  }
}

function noticeConstantFeatures({ name, inputs }: RegressionSet, onNotice: ResolvedContext["onNotice"]): void {
  if (inputs.kind !== "numbers") return;
  const constant = inputs.names.filter((column) => {
    const values = columnValues(inputs, column);
    return values.every((value) => value === values[0]);
  });
  if (constant.length > 0)
    onNotice?.(`${name}: the same in every example, so of no use as features: ${constant.join(", ")}`);
}
