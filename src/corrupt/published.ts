import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type ImageSet, UserError } from "../core/index.ts";
import { parseNpy } from "../files/internal.ts";
import type { Severity } from "./corruption.ts";

/** MD5 sums of CIFAR-10-C's files (Zenodo record 2535967), as torch-uncertainty lists them. */
export const cifar10cMd5: Readonly<Record<string, string>> = {
  labels: "c439b113295ed5254878798ffe28fd54",
  brightness: "0a81ef75e0b523c3383219c330a85d48",
  contrast: "3c8262171c51307f916c30a3308235a8",
  defocus_blur: "7d1322666342a0702b1957e92f6254bc",
  elastic_transform: "9421657c6cd452429cf6ce96cc412b5f",
  fog: "7b397314b5670f825465fbcd1f6e9ccd",
  frost: "31f6ab3bce1d9934abfb0cc13656f141",
  gaussian_blur: "c33370155bc9b055fb4a89113d3c559d",
  gaussian_noise: "ecaf8b9a2399ffeda7680934c33405fd",
  glass_blur: "7361fb4019269e02dbf6925f083e8629",
  impulse_noise: "2090e01c83519ec51427e65116af6b1a",
  jpeg_compression: "2b9cc4c864e0193bb64db8d7728f8187",
  motion_blur: "fffa5f852ff7ad299cfe8a7643f090f4",
  pixelate: "0f14f7e2db14288304e1de10df16832f",
  saturate: "1cfae0964219c5102abbb883e538cc56",
  shot_noise: "3a7239bb118894f013d9bf1984be7f11",
  snow: "bb238de8555123da9c282dea23bd6e55",
  spatter: "8a5a3903a7f8f65b59501a6093b4311e",
  speckle_noise: "ef00b87611792b00df09c0b0237a1e30",
  zoom_blur: "6ea8e63f1c5cdee1517533840641641b",
};

const SEVERITIES = 5;

export interface PublishedOptions {
  readonly classNames: readonly string[];
  /** The sums to hold files against, by name; corruptions without one are read unverified. Default: CIFAR-10-C's. */
  readonly md5?: Readonly<Record<string, string>>;
  /** [N] of the test set, for folders without a `labels.npy` (CIFAR-10-C-bar's). */
  readonly labels?: Int32Array;
}

export interface PublishedCorruption {
  /** Whether the file's checksum is the published one; `false` where none is known. */
  readonly verified: boolean;
  /** The images of one severity, in the order of the test set. */
  at(severity: Severity): ImageSet;
}

/**
 * One corruption of the published files, `FOLDER/<name>.npy` uint8 [5·N, H, W, 3] (severity 1 first) beside
 * `FOLDER/labels.npy` [5·N].
 * @throws UserError for a missing file, another checksum, or shapes that do not fit.
 */
export function readPublished(folder: string, name: string, options: PublishedOptions): PublishedCorruption {
  const { classNames, md5 = cifar10cMd5 } = options;
  const images = readChecked(folder, name, md5[name]);
  const pixels = parseNpy(images.path, images.bytes, "u1");
  const [rows, height, width, channels] = pixels.shape;
  if (pixels.shape.length !== 4 || channels !== 3 || rows % SEVERITIES !== 0)
    throw new UserError(`${images.path}: shape [${pixels.shape.join(", ")}]; [5 · images, height, width, 3] is needed`);
  const count = rows / SEVERITIES;
  // The labels' sum is known for the files whose own is.
  const labels = readLabels(folder, count, md5[name] && md5.labels, options.labels);
  const bytesPerImage = height * width * channels;
  return {
    verified: images.verified,
    at: (severity) => ({
      name: `${name}-${severity}`,
      height,
      width,
      channels,
      images: pixels.data.subarray((severity - 1) * count * bytesPerImage, severity * count * bytesPerImage),
      labels: labels(severity),
      classNames,
    }),
  };
}

function readLabels(folder: string, count: number, md5: string | undefined, fallback: Int32Array | undefined) {
  if (fallback && !existsSync(join(folder, "labels.npy"))) return () => fallback;
  const { path, bytes } = readChecked(folder, "labels", md5);
  const { data } = parseNpy(path, bytes, "u1", "i4", "i8");
  if (data.length !== count * SEVERITIES)
    throw new UserError(`${path}: ${data.length} labels for ${count * SEVERITIES} images`);
  const all = Int32Array.from({ length: data.length }, (_, i) => Number(data[i]));
  return (severity: Severity) => all.subarray((severity - 1) * count, severity * count);
}

function readChecked(folder: string, name: string, expected: string | undefined) {
  const path = join(folder, `${name}.npy`);
  if (!existsSync(path))
    throw new UserError(`${path} is missing; unpack the published archive (CIFAR-10-C.tar) and name its folder`);
  const bytes = readFileSync(path);
  const sum = createHash("md5").update(bytes).digest("hex");
  if (expected && sum !== expected)
    throw new UserError(
      `${path}: MD5 ${sum}, published is ${expected}; the file is damaged or another one: fetch it again`,
    );
  return { path, bytes, verified: expected !== undefined };
}
