import { type DataSet, type ImageSet, UserError } from "../core/index.ts";
import type { DataOptions } from "../data/index.ts";
import type { ForeignGroup, SetRole } from "../evaluate/index.ts";
import { foreignGroups } from "../evaluate/internal.ts";
import type { RunConfig } from "../run/index.ts";
import { dataOptions } from "../train/index.ts";
import { foreignSets, isAtHand } from "./foreign-sets.ts";
import { type ForeignByGroup, foreignTo } from "./image-sets.ts";
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
  { train, validation, test, shifts, heldOut }: DataSet,
  load: (options: DataOptions) => Promise<DataSet>,
  options: JudgeOptions,
): Promise<RoledSet[]> {
  const { suites = defaultSuites, features, featureCount, oodScores, oodValidation } = options;
  if (oodValidation !== undefined && !oodScores)
    throw new UserError(
      `options.oodValidation ${oodValidation}: parameters of scores are chosen by it; add options.oodScores all`,
    );
  if (oodValidation !== undefined && options.ood?.includes(oodValidation))
    throw new UserError(
      `options.oodValidation ${oodValidation}: options.ood names it, too; what parameters are chosen by cannot judge them`,
    );
  const { data } = run.record;
  const usual = foreignTo(data.name, heldOut !== undefined);
  const ood = options.ood ?? usualOf(run.record.config, usual, options).filter((name) => name !== oodValidation);
  const images = (names: readonly string[]) =>
    foreignSets(
      names,
      { run: run.run, data: dataOptions(run.record.config, options.dataDir), like: test, heldOut },
      load,
      options,
    );
  const foreign = suites.includes("ood") ? await images(ood) : [];
  const chosenBy = oodValidation === undefined ? [] : await images([oodValidation]);
  const calibrated = suites.includes("calibration");
  const known = calibrated || !featureCount ? validation : trainingBank(validation, featureCount);
  return [
    { role: "test", set: test },
    ...(calibrated || features ? [{ role: "validation" as const, set: known }] : []),
    ...(suites.includes("shift") ? shifts.map((set) => ({ role: "shift" as const, set })) : []),
    ...grouped(foreign, ood, usual, options.oodNear),
    ...chosenBy.map((set) => ({ role: "ood-validation" as const, set })),
    ...(features ? [{ role: "train" as const, set: trainingBank(train, featureCount) }] : []),
  ];
}

/** Of the sets that the data set names those that are here and that training has seen nothing like; the others are told. */
function usualOf(
  { augment, mixingPictures }: RunConfig,
  { near, far }: ForeignByGroup,
  { dataDir, onNotice }: Pick<JudgeOptions, "dataDir" | "onNotice">,
): string[] {
  const missing = [...near, ...far].filter((name) => !isAtHand(name, dataDir));
  if (missing.length > 0)
    onNotice?.(
      `not judged by ${missing.join(" and ")}, which are not here: \`anchored data list\` says how to get them`,
    );
  const like = mixingPictures === undefined && augment.some(({ name }) => name === "pixMix") ? ["textures"] : [];
  if (like.length > 0 && far.includes(like[0]))
    onNotice?.(`not judged by ${like[0]}: pixMix trained on pictures like them; options.ood names them all the same`);
  return [...near, ...far].filter((name) => !missing.includes(name) && !like.includes(name));
}

/**
 * @param texts what `--ood` called each of the sets
 * @param usual what the data set itself says of sets; of the user's own only the user knows
 * @throws UserError for a near set that is none of them
 */
function grouped(
  foreign: readonly ImageSet[],
  texts: readonly string[],
  usual: ForeignByGroup,
  oodNear: readonly string[] | undefined,
): RoledSet[] {
  const names = texts.slice(0, foreign.length).map((text) => text.replace(/=.*/s, ""));
  const said = nearAmong(names, oodNear);
  const groupOf = (i: number): Pick<RoledSet, "group"> => {
    if (said) return said(names[i]);
    const group = foreignGroups.find((one) => usual[one].includes(texts[i]));
    return group ? { group } : {};
  };
  return foreign.map((set, i) => ({ role: "ood", set, ...groupOf(i) }));
}

/** By the name of a foreign set; of those that an earlier call predicted, too, where the data set names them. */
export const groupsOf = (sets: readonly RoledSet[], usual: ForeignByGroup): Map<string, ForeignGroup> =>
  new Map([
    ...foreignGroups.flatMap((group) =>
      usual[group].flatMap((name) => [[name, group] as const, [`${name}/test`, group] as const]),
    ),
    ...sets.flatMap(({ set, group }) => (group ? [[set.name, group] as const] : [])),
  ]);
