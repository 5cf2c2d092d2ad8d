import { UserError } from "../core/index.ts";
import { type HeldOutTestOptions, heldOutTest } from "./held-out-test.ts";
import type { Listed, ListedSplits } from "./listed-splits.ts";

const words: Readonly<Record<string, string>> = {
  train: "train",
  training: "train",
  validation: "validation",
  valid: "validation",
  val: "validation",
  dev: "validation",
  eval: "validation",
  test: "test",
  testing: "test",
};

/** The split that a word of a file's or a folder's name is for, in whatever case. */
export const splitOfWord = (word: string): string | undefined =>
  Object.hasOwn(words, word.toLowerCase()) ? words[word.toLowerCase()] : undefined;

/**
 * The splits of a data set by their names; others than train, validation and test are shift sets. Without `test`, validation is
 * the test set; of one split alone a part is held out for it. A split of which every label is −1, as benchmarks publish
 * their tests, has no labels and is left out. What is decided here is said in a notice.
 * @param parts labels −1 are of images without one
 * @throws UserError for labels that are no class, images without a label among others, and splits that are missing
 */
export function arrangeSplits(
  root: string,
  classNames: readonly string[],
  parts: ReadonlyMap<string, readonly Listed[]>,
  options: HeldOutTestOptions,
): ListedSplits {
  const { onNotice } = options;
  const onlySplit = (name: string, list: readonly Listed[]) =>
    heldOutTest(root, classNames, list, options, `${name} is the only split`, "its ");
  if (classNames.length < 2) throw new UserError(`${root}: at least 2 classes are needed, found ${classNames.length}`);
  const labelled = new Map<string, readonly Listed[]>();
  for (const [name, list] of parts) {
    const without = list.filter(({ label }) => label === -1);
    if (list.length === 0) throw new UserError(`${root}: ${name} holds no images`);
    if (without.length === list.length)
      onNotice?.(`${root}: all ${list.length} labels of ${name} are −1, so none are known; it is left out`);
    else if (without.length > 0)
      throw new UserError(
        `${without[0].source.path}: its label is −1, as are ${without.length} of ${list.length} of ${name}; give each image a class, or leave such out`,
      );
    else labelled.set(name, list);
  }
  const found = `(found ${[...parts.keys()].join(", ")})`;
  if (labelled.size === 1 && parts.size === 1) return onlySplit(...[...labelled][0]);
  const train = labelled.get("train");
  if (!train) throw new UserError(`${root}: no labelled files of train ${found}; name files or folders by their split`);
  const testName = ["test", "validation"].find((name) => labelled.has(name));
  if (testName === undefined) {
    if (labelled.size === 1) return onlySplit("train", train);
    throw new UserError(
      `${root}: no files of test or validation ${found}; add one, or give train alone, a part of which is then held out`,
    );
  }
  if (testName !== "test")
    onNotice?.(
      `${root}: no labelled test, so validation is the test set, and a part of train is held out for validation`,
    );
  const validation = testName === "test" ? labelled.get("validation") : undefined;
  const shifts = [...labelled].filter(([name]) => !["train", "validation", "test"].includes(name));
  return {
    classNames,
    train,
    test: labelled.get(testName)!,
    ...(validation && { validation }),
    shifts: new Map(shifts),
  };
}
