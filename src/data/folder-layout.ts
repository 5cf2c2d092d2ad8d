import { basename, extname, join, relative } from "node:path";
import { UserError } from "../core/index.ts";
import { heldOutTest } from "./held-out-test.ts";
import { imageFile } from "./image-source.ts";
import {
  beginsAsImage,
  countedByKind,
  entriesOf,
  filesIn,
  isFolder,
  listImages,
  readableFormats,
  sorted,
} from "./list-images.ts";
import type { Listed, ListedSplits } from "./listed-splits.ts";
import { splitOfWord } from "./named-splits.ts";
import { isAnnotated, lacksClasses, listAnnotated } from "./tiny-imagenet.ts";

/** Names under which people keep their held-out images, besides our own. */
const validationNames = ["validation", "val", "valid"];

/** What is to be split where a folder has no split of its own. */
export interface LayoutOptions {
  /** Decides what is held out for the test. */
  readonly seed: number;
  /** Is told which files are left out, and which splits are made, and why. */
  readonly onNotice?: (line: string) => void;
}

/** Names that are meant for splits, in whatever case: a folder of such is not one of classes. */
const isSplitName = (name: string): boolean => splitOfWord(name) !== undefined;

/**
 * Lists `<root>/<split>/<class>/**`, classes in the order of `classFolders`: nothing is decoded, so that a misnamed folder
 * is told at once. Without `test`, or where it has no classes as in Tiny-ImageNet, the validation split is the test set; of `<root>/<class>/**` a part is held out for it.
 * @throws UserError for splits or classes that are missing or not known, and classes without images
 */
export function readLayout(root: string, options: LayoutOptions): ListedSplits {
  const { onNotice } = options;
  const splits = subfolders(root);
  if (holdsClasses(root, splits)) return splitClasses(root, options);
  const held = validationNames.filter((name) => splits.includes(name));
  if (held.length > 1) throw new UserError(`${root}: both ${held.join(" and ")} are there; keep one validation split`);
  const found = `(found ${splits.join(", ") || "none"})`;
  if (!splits.includes("train")) throw new UserError(`${root}: no "train" folder ${found}${formatHint(root, splits)}`);
  const classNames = classNamesOf(join(root, "train"));
  const unlabelled =
    splits.includes("test") && lacksClasses(join(root, "test"), subfolders(join(root, "test")), classNames);
  const test = splits.includes("test") && !unlabelled ? "test" : held[0];
  if (test === undefined)
    throw new UserError(
      `${root}: no "test" folder ${unlabelled ? "with classes " : ""}${found}; add one, or give data.folder ${join(root, "train")}, a part of which is then held out`,
    );
  const validation = held.find((name) => name !== test);
  if (test !== "test")
    onNotice?.(
      `${root}: no "test" folder${unlabelled ? " with classes" : ""}, so ${test} is the test set, and a part of train is held out for validation`,
    );
  const shifts = splits.filter((name) => !["train", "test", test, validation].includes(name));
  const list = (split: string) => listSplit(root, join(root, split), classNames, shifts.includes(split), onNotice);
  const layout = {
    classNames,
    train: list("train"),
    ...(validation !== undefined && { validation: list(validation) }),
    test: list(test),
    shifts: new Map(shifts.map((shift) => [shift, list(shift)])),
  };
  const loose = filesIn(root).filter((name) => beginsAsImage(join(root, name)));
  if (loose.length > 0)
    onNotice?.(`${root}: left out ${loose.length} images that lie beside the folders of splits (${named(loose)})`);
  return layout;
}

/** Data sets that read what a folder holds in place of images, by the ending of their files. */
const otherFormats: Readonly<Record<string, string>> = { ".parquet": "parquet", ".tar": "webdataset" };

/** Which data set is likely meant where a folder holds files of another format. */
function formatHint(root: string, below: readonly string[]): string {
  const files = [root, ...below.map((name) => join(root, name))].flatMap(filesIn);
  const other = files.map((name) => otherFormats[extname(name).toLowerCase()]).find((name) => name !== undefined);
  if (other !== undefined) return `; its files are read by data.name ${other}`;
  return files.includes("labels.csv") ? "; its labels.csv is read by data.name image-table" : "";
}

/** Whether folders are classes: at least two, none is called as a split, nor holds folders that are. */
const holdsClasses = (root: string, names: readonly string[]): boolean =>
  names.length >= 2 && !names.some((name) => isSplitName(name) || subfolders(join(root, name)).some(isSplitName));

/** @throws UserError where no class has an image to spare for the test */
function splitClasses(root: string, options: LayoutOptions): ListedSplits {
  const classNames = classNamesOf(root);
  const all = listSplit(root, root, classNames, false, options.onNotice);
  const why = `no "train" folder, so its ${classNames.length} folders are the classes (${named(classNames)})`;
  return heldOutTest(root, classNames, all, options, why);
}

/** @throws UserError for fewer than 2 */
function classNamesOf(folder: string): string[] {
  const names = [...classFolders(folder).keys()];
  if (names.length < 2) throw new UserError(`${folder}: at least 2 class folders are needed, found ${names.length}`);
  return names;
}

const subfolders = (path: string): string[] =>
  sorted(
    entriesOf(path)
      .filter((entry) => isFolder(path, entry))
      .map(({ name }) => name),
  );

/**
 * Folders of each class, in the order of the classes: code points of their names in Unicode's composed form (NFC). Systems
 * write é in one character or in two, so folders whose names look alike may be two; their images are of one class.
 */
function classFolders(path: string): Map<string, string[]> {
  const folders = new Map<string, string[]>();
  for (const name of subfolders(path)) folders.set(name.normalize("NFC"), []);
  for (const name of subfolders(path)) folders.get(name.normalize("NFC"))!.push(name);
  return new Map(sorted([...folders.keys()]).map((name) => [name, folders.get(name)!]));
}

const named = (names: readonly string[]): string => names.slice(0, 3).join(", ") + (names.length > 3 ? ", …" : "");

/** The images of a split, which lies in a folder of `root` or is all of it. */
function listSplit(
  root: string,
  folder: string,
  classNames: readonly string[],
  mayLack: boolean,
  onNotice?: (line: string) => void,
): Listed[] {
  if (isAnnotated(folder)) return listAnnotated(root, folder, classNames, onNotice);
  const title = join(basename(root), relative(root, folder));
  const folders = classFolders(folder);
  const found = [...folders.keys()];
  const unknown = found.find((name) => !classNames.includes(name));
  if (unknown !== undefined)
    throw new UserError(`${join(folder, unknown)}: class "${unknown}" is not among those of train`);
  const missing = classNames.find((name) => !found.includes(name));
  if (missing !== undefined && !mayLack)
    throw new UserError(`${folder}: class "${missing}" of train has no folder here`);
  if (found.length === 0) throw new UserError(`${folder}: no class folders`);
  const listed: Listed[] = [];
  const leftOut: string[] = [];
  for (const { className, path } of found.flatMap((name) =>
    folders.get(name)!.map((one) => ({ className: name, path: join(folder, one) })),
  )) {
    const { images, others } = listImages(path);
    if (images.length === 0)
      throw new UserError(
        `${path}: no images (${readableFormats}) among its ${others.length} files${others.length > 0 ? `: ${countedByKind(others)}` : ""}`,
      );
    leftOut.push(...others);
    const label = classNames.indexOf(className);
    for (const name of images) listed.push({ source: imageFile(root, join(path, name)), label });
  }
  const total = listed.length + leftOut.length;
  if (leftOut.length > 0)
    onNotice?.(
      `${title}: left out ${leftOut.length} of ${total} files, which are none of ${readableFormats} (${countedByKind(leftOut)}); convert images among them`,
    );
  const loose = filesIn(folder).filter((name) => beginsAsImage(join(folder, name)));
  if (loose.length > 0)
    onNotice?.(`${title}: left out ${loose.length} images that lie in no class folder (${named(loose)})`);
  return listed;
}
