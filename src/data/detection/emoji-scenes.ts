import { z } from "zod";
import { type ImageSet, type ObjectBoxes, Random, UserError } from "../../core/index.ts";
import { emojiDrawings, emojiVendors } from "../emoji-drawings.ts";
import { type EmojiRasters, emojiRasters } from "../emoji-rasters.ts";
import { type Drawable, drawScene, type SceneObject } from "./draw-scene.ts";
import { detectionDataSet } from "./entry.ts";
import { splitFields } from "./options.ts";
import { sceneConcepts } from "./scene-concepts.ts";

const MOST_BYTES = 2 ** 30;
/** Pixels of the drawings that scenes are made of: the largest object of a usual scene. */
const DRAWING_SIZE = 64;

const vendors = z.array(z.enum(emojiVendors));
const options = z.strictObject({
  name: z.literal("emoji-scenes"),
  imageSize: z.int().min(32).max(512).default(64).meta({
    flag: "--image-size",
    help: "height and width of a scene in pixels",
    example: 64,
  }),
  count: z.int().min(20).max(100_000).default(4000).meta({
    flag: "--count",
    help: "scenes, tests of shift not counted",
    example: 4000,
  }),
  mostObjects: z.int().min(1).max(20).default(5).meta({
    flag: "--most-objects",
    help: "emoji-scenes: objects of a scene, from one to so many",
    example: 5,
  }),
  domains: z
    .strictObject({
      train: vendors.min(1).meta({
        flag: "--train-vendors",
        help: `emoji-scenes: trained on, of ${emojiVendors.join(", ")}`,
      }),
      shift: vendors.meta({ flag: "--shift-vendors", help: "emoji-scenes: never trained on, tested as shift" }),
    })
    .default({ train: ["noto", "twemoji", "openmoji"], shift: ["fluent-emoji-flat", "emojione"] }),
  ...splitFields,
});
type SceneOptions = z.output<typeof options>;

/**
 * Scenes of one to five emoji on a background, with their boxes, made anew each time: scene i of a part is a function of the seed,
 * the part's name and i. The classes are 20 concepts; a scene is drawn by one vendor, its domain. Two shift sets, each as large as
 * the test set: `unseen vendors`, and `unknown objects`, scenes by the vendors of the training with one or two objects more that
 * are of no class and have no box. Test scenes are unseen compositions of drawings that were trained on.
 */
export const emojiScenes = detectionDataSet({
  title: "Emoji scenes",
  description:
    "Scenes of 1 to 5 emoji of 20 concepts with their boxes; unseen vendors and unknown objects are the shifts.",
  source: "made, of the emoji data set's npm packages",
  options,
  augment: [{ name: "flip", options: {} }],
  background: 127,

  async load(given, context) {
    const { count, imageSize, domains, testFraction, validationFraction } = given;
    const { known, unknown } = sceneConcepts;
    const both = domains.train.find((vendor) => domains.shift.includes(vendor));
    if (both) throw new UserError(`emoji-scenes: vendor "${both}" cannot be both trained on and unseen`);
    const test = Math.max(1, Math.round(testFraction * count));
    const validation = Math.max(1, Math.round(validationFraction * (count - test)));
    const shifts = (domains.shift.length > 0 ? 2 : 1) * test;
    if ((count + shifts) * imageSize ** 2 * 3 > MOST_BYTES)
      throw new UserError(
        `emoji-scenes: ${count + shifts} scenes of ${imageSize}×${imageSize} pixels fill more than 1 GiB of memory; lower data.count or data.imageSize`,
      );
    const wanted = new Set<string>([...known, ...unknown]);
    const rasters = await emojiRasters(DRAWING_SIZE, context, {
      name: "scenes",
      drawings: () => emojiDrawings().filter(({ concept }) => wanted.has(concept)),
    });
    const drawables = (concepts: readonly string[], by: readonly string[]) =>
      by.map((vendor) => drawableOf(rasters, concepts, vendor));
    const of = (part: string, scenes: number, by: readonly string[], strangers?: readonly string[]) =>
      scenesOf(given, part, scenes, by, drawables(known, by), strangers && drawables(strangers, by));
    return {
      title: "Emoji scenes",
      train: of("train", count - test - validation, domains.train),
      validation: of("validation", validation, domains.train),
      test: of("test", test, domains.train),
      shifts: [
        ...(domains.shift.length > 0 ? [of("unseen vendors", test, domains.shift)] : []),
        of("unknown objects", test, domains.train, unknown),
      ],
    };
  },
});

/** A vendor's drawings of these concepts, in their order. */
function drawableOf({ size, drawings, rgba }: EmojiRasters, concepts: readonly string[], vendor: string): Drawable {
  const bytes = 4 * size ** 2;
  return {
    size,
    drawings: concepts.map((concept) => {
      const row = drawings.findIndex((drawing) => drawing.concept === concept && drawing.vendor === vendor);
      if (row < 0) throw new UserError(`emoji-scenes: ${vendor} has no drawing of ${concept}; run \`npm ci\``);
      return rgba.subarray(row * bytes, (row + 1) * bytes);
    }),
  };
}

function scenesOf(
  { seed, imageSize, mostObjects }: SceneOptions,
  part: string,
  count: number,
  by: readonly string[],
  known: readonly Drawable[],
  strangers?: readonly Drawable[],
): ImageSet {
  const bytes = imageSize ** 2 * 3;
  const images = new Uint8Array(count * bytes);
  const domain = new Int32Array(count);
  const objects = Array.from({ length: count }, (_, scene): readonly SceneObject[] => {
    const random = new Random(seed, "emoji scene", part, scene);
    const vendor = random.integer(by.length);
    domain[scene] = emojiVendors.indexOf(by[vendor] as (typeof emojiVendors)[number]);
    const options = { size: imageSize, most: mostObjects, strangers: strangers?.[vendor] };
    return drawScene(images.subarray(scene * bytes, (scene + 1) * bytes), known[vendor], options, random);
  });
  return {
    name: `emoji-scenes/${part}`,
    ...{ height: imageSize, width: imageSize, channels: 3, images },
    labels: new Int32Array(count).fill(-1),
    classNames: sceneConcepts.known,
    domains: { names: emojiVendors, index: domain },
    boxes: columnOf(objects),
  };
}

function columnOf(objects: readonly (readonly SceneObject[])[]): ObjectBoxes {
  const first = new Int32Array(objects.length + 1);
  for (const [scene, own] of objects.entries()) first[scene + 1] = first[scene] + own.length;
  const all = objects.flat();
  return {
    names: sceneConcepts.known,
    first,
    boxes: Float64Array.from(all.flatMap(({ box }) => box)),
    index: Int32Array.from(all, ({ drawing }) => drawing),
  };
}
