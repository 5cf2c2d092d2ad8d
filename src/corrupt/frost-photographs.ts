import { existsSync, readdirSync } from "node:fs";
import { extname, join } from "node:path";
import sharp from "sharp";
import { UserError } from "../core/index.ts";
import type { Image } from "./corruption.ts";

const EXTENSIONS = [".png", ".jpg", ".jpeg", ".webp"];
/** The published script draws one of the first five; its folder's sixth photograph is never used. */
const USED = 5;

/**
 * The first five photographs of a folder, by name, as RGB: `frost1.png` to `frost5.jpg` of the folder
 * `ImageNet-C/imagenet_c/imagenet_c/frost` of the benchmark's repository, or one's own.
 * @throws UserError for a folder without images, or a file that is none.
 */
export async function readFrostPhotographs(folder: string): Promise<Image[]> {
  if (!existsSync(folder)) throw new UserError(`${folder}: no such folder; it should hold photographs of frost`);
  const files = readdirSync(folder)
    .filter((name) => EXTENSIONS.includes(extname(name).toLowerCase()))
    .sort()
    .slice(0, USED);
  if (files.length === 0) throw new UserError(`${folder}: no photographs (${EXTENSIONS.join(", ")})`);
  return Promise.all(files.map((name) => readPhotograph(join(folder, name))));
}

async function readPhotograph(path: string): Promise<Image> {
  try {
    const { data, info } = await sharp(path)
      .flatten({ background: "white" })
      .toColourspace("srgb")
      .raw({ depth: "uchar" })
      .toBuffer({ resolveWithObject: true });
    return { height: info.height, width: info.width, channels: info.channels, data: new Uint8Array(data) };
  } catch (error) {
    throw new UserError(`${path}: not a readable image (${(error as Error).message.split("\n")[0]}); remove it`);
  }
}
