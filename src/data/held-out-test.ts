import { UserError } from "../core/index.ts";
import type { Listed, ListedSplits } from "./listed-splits.ts";
import { holdOut } from "./split.ts";

/** Part of each class that is held out where there is no test. */
const TEST_SHARE = 0.2;

export interface HeldOutTestOptions {
  readonly seed: number;
  readonly onNotice?: (line: string) => void;
}

/**
 * Images of one split alone: a part of them is held out for the test, which a notice says.
 * @param why in words, why there is none
 * @param whose what stands before the number of all images
 * @throws UserError where no class has an image to spare
 */
export function heldOutTest(
  root: string,
  classNames: readonly string[],
  all: readonly Listed[],
  { seed, onNotice }: HeldOutTestOptions,
  why: string,
  whose: "" | "its " = "",
): ListedSplits {
  const { kept, held } = holdOut(
    all.map(({ label }) => label),
    TEST_SHARE,
    seed,
    "folder test",
  );
  if (held.length === 0) throw new UserError(`${root}: no class has 2 images, so none can be held out for the test`);
  onNotice?.(
    `${root}: ${why}; ${held.length} of ${whose}${all.length} images, ${100 * TEST_SHARE} % of each class, are held out for the test, and a part of the others for validation`,
  );
  const listed = (rows: readonly number[]) => rows.map((row) => all[row]);
  return { classNames, train: listed(kept), test: listed(held), shifts: new Map() };
}
