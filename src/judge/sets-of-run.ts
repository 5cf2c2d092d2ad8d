import { type DataSet, type ImageSet, UserError } from "../core/index.ts";
import type { DataOptions } from "../data/index.ts";
import type { ForeignGroup, SetRole } from "../evaluate/index.ts";
import { foreignSets } from "./foreign-sets.ts";
import { foreignTo } from "./image-sets.ts";
import { nearAmong } from "./ood-scores/groups.ts";
import type { OpenRun } from "./open-run.ts";
import { defaultSuites, type JudgeOptions } from "./options.ts";
import { trainingBank } from "./training-bank.ts";

/** An image set that is to be predicted, and what for. */
export interface RoledSet {
  readonly role: Exclude<SetRole, "corruption">;
  readonly set: ImageSet;
  /** Of foreign sets, where somebody says so. */
  readonly group?: ForeignGroup;
}

/**
 * What the suites want predicted, but for corrupted images.
 * @throws UserError for foreign sets that are not known, or that are to be judged by and chosen by at once
 */
export async function setsOf(
  run: OpenRun,
  { train, validation, test, shifts }: DataSet,
  load: (options: DataOptions) => Promise<DataSet>,
  options: JudgeOptions,
): Promise<RoledSet[]> {
  const { suites = defaultSuites, features, oodScores, oodValidation } = options;
  if (oodValidation !== undefined && !oodScores)
    throw new UserError(
      `options.oodValidation ${oodValidation}: parameters of scores are chosen by it; add options.oodScores all`,
    );
  if (oodValidation !== undefined && options.ood?.includes(oodValidation))
    throw new UserError(
      `options.oodValidation ${oodValidation}: options.ood names it, too; what parameters are chosen by cannot judge them`,
    );
  const { data } = run.record;
  const ood = options.ood ?? foreignTo(data.name).filter((name) => name !== oodValidation);
  const images = (names: readonly string[]) =>
    foreignSets(names, { run: run.run, data: data.name, like: test }, load, options);
  const foreign = suites.includes("ood") ? await images(ood) : [];
  const chosenBy = oodValidation === undefined ? [] : await images([oodValidation]);
  return [
    { role: "test", set: test },
    ...(suites.includes("calibration") || features ? [{ role: "validation" as const, set: validation }] : []),
    ...(suites.includes("shift") ? shifts.map((set) => ({ role: "shift" as const, set })) : []),
    ...grouped(foreign, ood, options),
    ...chosenBy.map((set) => ({ role: "ood-validation" as const, set })),
    ...(features ? [{ role: "train" as const, set: trainingBank(train) }] : []),
  ];
}

/**
 * @param texts what `--ood` called each of the sets
 * @throws UserError for a near set that is none of them
 */
function grouped(
  foreign: readonly ImageSet[],
  texts: readonly string[],
  { oodNear, ood }: Pick<JudgeOptions, "oodNear" | "ood">,
): RoledSet[] {
  const names = texts.slice(0, foreign.length).map((text) => text.replace(/=.*/s, ""));
  // What a data set names as foreign is of other content altogether; of the user's own sets only the user knows.
  const groupOf = nearAmong(names, oodNear ?? (ood ? undefined : []));
  return foreign.map((set, i) => ({ role: "ood", set, ...groupOf?.(names[i]) }));
}

/** By the name of a foreign set. */
export const groupsOf = (sets: readonly RoledSet[]): Map<string, ForeignGroup> =>
  new Map(sets.flatMap(({ set, group }) => (group ? [[set.name, group] as const] : [])));
