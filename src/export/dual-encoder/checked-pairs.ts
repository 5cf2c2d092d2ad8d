import {
  type ImageSet,
  imageAt,
  imageCount,
  type Listener,
  Random,
  textsOfClasses,
  UserError,
} from "../../core/index.ts";
import { classPrompts, templates } from "../../data/index.ts";
import type { LoadedDualEncoder, RunDataOptions } from "../../train/index.ts";
import { dualEncoderData } from "../../train/internal.ts";

/** What exported towers are held to the embedder on. */
export interface Checked {
  /** Of the images: a data set's name, or noise. */
  readonly set: string;
  readonly images: readonly Uint8Array[];
  readonly texts: readonly string[];
}

const CHECKED = 64;

/**
 * The first validation images, or test images where there are none, of the data of a run's training or of a folder of images, and
 * what is said of them or the names of their classes; noise and templates where there are no data, and a notice why.
 */
export async function checkedPairs(
  from: string,
  loaded: LoadedDualEncoder,
  { folder, ...data }: Pick<RunDataOptions, "dataDir" | "folder" | "changedData">,
  listener: Listener,
): Promise<Checked> {
  // A folder of CLIP's weights has no data of its own.
  if (!loaded.run && folder === undefined) return noise(loaded);
  try {
    const given = folder === undefined ? {} : { "data.folder": folder };
    const { validation, test } = await dualEncoderData(from, loaded, { ...data, given, ...listener });
    return firstPairs(imageCount(validation) > 0 ? validation : test);
  } catch (error) {
    if (!(error instanceof UserError) || folder !== undefined) throw error;
    listener.onNotice?.(`the files are checked on noise: ${error.message}`);
    return noise(loaded);
  }
}

function firstPairs(set: ImageSet): Checked {
  const rows = [...Array(Math.min(CHECKED, imageCount(set))).keys()];
  const said = rows.flatMap((row) => set.captions?.[row] ?? []);
  const texts = said.length > 0 ? said : classPrompts([...new Set(textsOfClasses(set))], templates).flat();
  return { set: set.name, images: rows.map((row) => imageAt(set, row)), texts: [...new Set(texts)].slice(0, CHECKED) };
}

/** The same ones each time. */
function noise({ encoder, channels }: LoadedDualEncoder): Checked {
  const random = new Random("export check");
  const { imageSize } = encoder.image;
  const size = imageSize * imageSize * channels;
  const images = Array.from({ length: 4 }, () => Uint8Array.from({ length: size }, () => random.integer(256)));
  const names = ["cat", "dog", "city at night", "number 7"];
  return { set: "noise", images, texts: classPrompts(names, templates).flat() };
}
