import { existsSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../core/index.ts";
import { readNamed } from "./files.ts";
import { imageFile } from "./image-source.ts";
import { listImages } from "./list-images.ts";
import type { Listed } from "./listed-splits.ts";

const annotations = "val_annotations.txt";

/** Whether a split's images lie in one folder without classes, as in Tiny-ImageNet's test. */
export const lacksClasses = (folder: string, folders: readonly string[], classNames: readonly string[]): boolean =>
  folders.length === 1 && folders[0] === "images" && !classNames.includes("images") && !isAnnotated(folder);

/** Whether a text beside `images/` says the classes, as in Tiny-ImageNet's val. */
export const isAnnotated = (folder: string): boolean => existsSync(join(folder, annotations));

/**
 * The images of Tiny-ImageNet's `val/images/` with the classes that `val_annotations.txt` says: on each line a file, its class, and
 * a box, separated by tabs.
 * @throws UserError for a line that names no image, or none of the classes, and an image that two lines name
 */
export function listAnnotated(
  root: string,
  folder: string,
  classNames: readonly string[],
  onNotice?: (line: string) => void,
): Listed[] {
  const path = join(folder, annotations);
  const found = listImages(join(folder, "images")).images;
  const left = new Set(found);
  const indexOf = new Map(classNames.map((name, i) => [name, i]));
  const lines = readNamed(path).toString("utf8").trimEnd().split(/\r?\n/);
  const listed = lines.map((line, i): Listed => {
    const [file, className = ""] = line.split("\t");
    const label = indexOf.get(className.trim().normalize("NFC"));
    if (label === undefined)
      throw new UserError(`${path}, line ${i + 1}: class "${className}" is not among those of train`);
    if (!left.delete(file))
      throw new UserError(
        `${path}, line ${i + 1}: "${file}" is no image in ${join(folder, "images")}, or stands twice`,
      );
    return { source: imageFile(root, join(folder, "images", file)), label };
  });
  if (left.size > 0) onNotice?.(`${path}: ${left.size} of ${found.length} images have no line; they are left out`);
  return listed;
}
