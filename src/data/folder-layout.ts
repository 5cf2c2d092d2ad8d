import { basename, join } from "node:path";
import { UserError } from "../core/index.ts";
import {
  beginsAsImage,
  countedByKind,
  entriesOf,
  isFolder,
  listImages,
  readableFormats,
  sorted,
} from "./list-images.ts";

/** Names under which people keep their held-out images, besides our own. */
const validationNames = ["validation", "val", "valid"];

export interface ListedImage {
  readonly path: string;
  readonly label: number;
}

/** Which files of a folder are images of which split and class. */
export interface FolderLayout {
  readonly classNames: readonly string[];
  readonly train: readonly ListedImage[];
  readonly validation?: readonly ListedImage[];
  readonly test: readonly ListedImage[];
  /** By the folder's name. */
  readonly shifts: ReadonlyMap<string, readonly ListedImage[]>;
}

/**
 * Lists `<root>/<split>/<class>/**`, classes in the order of `classFolders`: nothing is decoded, so that a misnamed folder is told at once.
 * @param onNotice is told which files are left out, and why
 * @throws UserError for splits or classes that are missing or not known, and classes without images
 */
export function readLayout(root: string, onNotice?: (line: string) => void): FolderLayout {
  const splits = subfolders(root);
  const validation = validationNames.filter((name) => splits.includes(name));
  if (validation.length > 1)
    throw new UserError(`${root}: both ${validation.join(" and ")} are there; keep one validation split`);
  for (const split of ["train", "test"])
    if (!splits.includes(split))
      throw new UserError(`${root}: no "${split}" folder (found ${splits.join(", ") || "none"})`);
  const shifts = splits.filter((name) => name !== "train" && name !== "test" && !validation.includes(name));
  const classNames = [...classFolders(join(root, "train")).keys()];
  if (classNames.length < 2)
    throw new UserError(`${join(root, "train")}: at least 2 class folders are needed, found ${classNames.length}`);
  const list = (split: string) => listSplit(root, split, classNames, shifts.includes(split), onNotice);
  const layout = {
    classNames,
    train: list("train"),
    ...(validation.length > 0 && { validation: list(validation[0]) }),
    test: list("test"),
    shifts: new Map(shifts.map((shift) => [shift, list(shift)])),
  };
  const loose = filesIn(root).filter((name) => beginsAsImage(join(root, name)));
  if (loose.length > 0)
    onNotice?.(`${root}: left out ${loose.length} images that lie beside the folders of splits (${named(loose)})`);
  return layout;
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

const filesIn = (path: string): string[] =>
  sorted(
    entriesOf(path)
      .filter((entry) => !isFolder(path, entry))
      .map(({ name }) => name),
  );

const named = (names: readonly string[]): string => names.slice(0, 3).join(", ") + (names.length > 3 ? ", …" : "");

function listSplit(
  root: string,
  split: string,
  classNames: readonly string[],
  mayLack: boolean,
  onNotice?: (line: string) => void,
): ListedImage[] {
  const folder = join(root, split);
  const folders = classFolders(folder);
  const found = [...folders.keys()];
  const unknown = found.find((name) => !classNames.includes(name));
  if (unknown !== undefined)
    throw new UserError(`${join(folder, unknown)}: class "${unknown}" is not among those of train`);
  const missing = classNames.find((name) => !found.includes(name));
  if (missing !== undefined && !mayLack)
    throw new UserError(`${folder}: class "${missing}" of train has no folder here`);
  if (found.length === 0) throw new UserError(`${folder}: no class folders`);
  const listed: ListedImage[] = [];
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
    for (const name of images) listed.push({ path: join(path, name), label });
  }
  const total = listed.length + leftOut.length;
  if (leftOut.length > 0)
    onNotice?.(
      `${basename(root)}/${split}: left out ${leftOut.length} of ${total} files, which are none of ${readableFormats} (${countedByKind(leftOut)}); convert images among them`,
    );
  const loose = filesIn(folder).filter((name) => beginsAsImage(join(folder, name)));
  if (loose.length > 0)
    onNotice?.(
      `${basename(root)}/${split}: left out ${loose.length} images that lie in no class folder (${named(loose)})`,
    );
  return listed;
}
