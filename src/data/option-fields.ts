import { z } from "zod";
import { optionMeta as option } from "../core/internal.ts";
import { humanLabelKinds } from "./cifar10n.ts";
import { emojiCategories, emojiVendors } from "./emoji-drawings.ts";
import { emojiLabels } from "./emoji-image-set.ts";
import { emojiSubgroups } from "./emoji-words.ts";
import type { DataOptions } from "./entry.ts";
import { labelNoiseKinds } from "./label-noise.ts";

const part = z.number().min(0.001).max(0.9);
const vendors = z.array(z.enum(emojiVendors));
const namesOf = (table: object) => Object.keys(table) as [string, ...string[]];
const [categories, subgroups] = [namesOf(emojiCategories), namesOf(emojiSubgroups)];

/**
 * Options of data sets that have classes: ranges, and how the command line calls them.
 * @example
 * dataOptionFields.imageSize.parse(32); // throws where the value is out of range
 */
export const dataOptionFields = {
  folder: z.string().meta(
    option({
      flag: "--folder",
      value: "<dir>",
      help: "your images as <split>/<class>/*, or as <class>/* alone, of which a part is held out; implies --data folder. Of --data parquet and webdataset: a file, or a folder of them; of image-table: the folder of the images",
      isPath: true,
    }),
  ),
  stream: z.boolean().meta(
    option({
      flag: "--stream",
      help: "folder, parquet, webdataset, image-table: keep the decoded images on disk, not in memory (default: where they fill more than 1 GiB)",
      sets: true,
    }),
  ),
  badImages: z.enum(["refuse", "skip"]).meta(
    option({
      flag: "--bad-images",
      value: "<what>",
      help: "folder, parquet, webdataset, image-table: refuse | skip images that cannot be read (refuse), and captions of images that are not there",
    }),
  ),
  imageColumn: z
    .string()
    .min(1)
    .meta(
      option({
        flag: "--image-column",
        value: "<name>",
        help: "parquet, image-table: column that holds the images; webdataset: ending of their files (found by its type or name)",
        example: "image",
      }),
    ),
  labelColumn: z
    .string()
    .min(1)
    .meta(
      option({
        flag: "--label-column",
        value: "<name>",
        help: "parquet, image-table: column that holds the labels; webdataset: ending of their files, or field of the .json (found by its type or name)",
        example: "fine_label",
      }),
    ),
  classNames: z.string().meta(
    option({
      flag: "--class-names",
      value: "<file>",
      help: "names of the classes; parquet, webdataset, image-table: one a line; folder: lines of a folder's name and the class's (those that the data hold)",
      isPath: true,
    }),
  ),
  table: z.string().meta(
    option({
      flag: "--table",
      value: "<file>",
      help: "image-table, and images of a regression: the table (labels.csv in the folder, or train.csv, test.csv; targets.csv of a regression)",
      isPath: true,
    }),
  ),
  split: z
    .string()
    .min(1)
    .meta(
      option({
        flag: "--split-column",
        value: "<name>",
        help: "image-table: column that says the splits (one called split); with --task regression, too (the seed decides)",
        example: "split",
      }),
    ),
  imageSize: z
    .int()
    .min(8)
    .max(1024)
    .meta(
      option({
        flag: "--image-size",
        value: "<pixels>",
        help: "side of the images; the data set's own (emoji, and images of your own: 32)",
        example: 32,
      }),
    ),
  validationFraction: part.meta(
    option({
      flag: "--validation-fraction",
      value: "<share>",
      help: "of the training images, held out",
      example: 0.1,
    }),
  ),
  seed: z.int().meta(
    option({
      flag: "--split-seed",
      value: "<n>",
      help: "decides the splits; the same for every --seed, so that seeds can be compared",
      example: 0,
    }),
  ),
  limitTrain: z
    .int()
    .min(2)
    .meta(
      option({
        flag: "--limit-train",
        value: "<n>",
        help: "only so many of the training images, each class with its share; chosen by the split seed (all)",
        example: 200,
      }),
    ),
  holdOut: z
    .array(z.string().min(1))
    .min(1)
    .meta(
      option({
        flag: "--hold-out",
        value: "<a,b>",
        help: "classes that are not trained on; `evaluate` asks whether their images, which are near, are told as foreign (none)",
        example: ["Food & Drink"],
      }),
    ),
  imbalance: z
    .number()
    .min(1)
    .meta(
      option({
        flag: "--imbalance",
        value: "<ratio>",
        help: "a long tail: times the first class's training images are the last one's (1)",
        example: 50,
      }),
    ),
  labelNoise: z
    .number()
    .min(0)
    .max(0.5)
    .meta(
      option({
        flag: "--label-noise",
        value: "<share>",
        help: "of the training labels, made wrong by the split seed (0)",
        example: 0.2,
      }),
    ),
  labelNoiseKind: z.enum(labelNoiseKinds).meta(
    option({
      flag: "--label-noise-kind",
      value: "<kind>",
      help: `${labelNoiseKinds.join(" | ")} (symmetric: any other class; pairwise: the next one)`,
    }),
  ),
  humanLabels: z.string().meta(
    option({
      flag: "--human-labels",
      value: "<file>",
      help: "cifar10: train on CIFAR-10N's labels, of a .csv or .npy file",
      isPath: true,
    }),
  ),
  humanLabelsKind: z
    .enum(humanLabelKinds)
    .meta(option({ flag: "--human-labels-kind", value: "<kind>", help: `${humanLabelKinds.join(" | ")} (aggregate)` })),
  label: z.enum([...emojiLabels, "fine", "coarse"]).meta(
    option({
      flag: "--label",
      value: "<kind>",
      help: "emoji: category (8 classes) | subgroup (51) | concept (1,051); cifar100: fine (100) | coarse (20)",
    }),
  ),
  background: z
    .enum(["white", "random"])
    .meta(option({ flag: "--background", value: "<kind>", help: "emoji: white | random" })),
  domains: z.object({
    train: vendors.meta(
      option({
        flag: "--train-vendors",
        value: "<a,b>",
        help: `emoji: trained on, of ${emojiVendors.join(", ")}`,
      }),
    ),
    shift: vendors.meta(
      option({ flag: "--shift-vendors", value: "<a,b>", help: "emoji: never trained on, tested as shift" }),
    ),
  }),
  categories: z.array(z.enum(categories)).meta(
    option({
      flag: "--categories",
      value: "<a,b>",
      help: `emoji: only these categories' concepts, of ${categories.join(", ")}`,
    }),
  ),
  subgroups: z.array(z.enum(subgroups)).meta(
    option({
      flag: "--subgroups",
      value: "<a,b>",
      help: "emoji: only these subgroups' concepts, e.g. animal mammal,food fruit",
      example: ["animal mammal", "food fruit"],
    }),
  ),
  conceptShare: z
    .tuple([z.number().min(0).max(1), z.number().min(0).max(1)])
    .refine(([from, to]) => from < to, "two rising shares")
    .meta(
      option({
        flag: "--concept-share",
        value: "<from,to>",
        help: "emoji: only this part of each category's concepts, in an order set by the split seed (0,1)",
        example: [0.7, 1],
      }),
    ),
  testFraction: part.meta(
    option({
      flag: "--test-fraction",
      value: "<share>",
      help: "part that is tested on: of emoji's concepts, of a regression's examples (0.2)",
      example: 0.2,
    }),
  ),
} satisfies Record<keyof Omit<DataOptions, "name" | "dataDir" | "onProgress" | "onNotice">, z.ZodType>;
