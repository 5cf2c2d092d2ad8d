import { expect, test } from "vitest";
import { distinctNames } from "../run/index.ts";
import { mixedData } from "./mixed-data.ts";
import type { ReportedStudy } from "./study.ts";

interface Made {
  readonly title?: string;
  readonly ood?: readonly string[];
  readonly images?: number;
  readonly imagesSha256?: string;
}

const study = (...made: readonly Made[]): ReportedStudy =>
  ({
    arms: made.map(({ title = "Toy", ood = ["mnist/test"], images = 60, imagesSha256 }, i) => ({
      name: `arm ${i}`,
      runs: [
        {
          results: { data: { title }, ood: ood.map((set) => ({ set })) },
          stored: () => [{ set: "toy/test", role: "test", images, imagesSha256 }],
        },
      ],
    })),
  }) as unknown as ReportedStudy;

test.each<[string, Made, string[]]>([
  ["the same data", {}, []],
  ["foreign images that one was not held against", { ood: [] }, []],
  [
    "other data",
    { title: "Other" },
    ["different data, so that their numbers are not to be compared: Toy (arm 0); Other (arm 1)."],
  ],
  [
    "other foreign images",
    { ood: ["emoji/test"] },
    ["AUROC is not to be compared: mnist/test (arm 0); emoji/test (arm 1)."],
  ],
  ["as many other images", { imagesSha256: "b" }, ["toy/test holds other images in some runs"]],
  ["another number of images", { images: 59, imagesSha256: undefined }, ["toy/test holds other images in some runs"]],
])("%s", (_, other, expected) => {
  const said = mixedData(study({ imagesSha256: "a" }, { imagesSha256: "a", ...other }));
  expect(said).toEqual(expected.map((text) => expect.stringContaining(text)));
});

test("folders of equal names are called by what tells them apart", () => {
  expect(distinctNames(["x/a/run", "x/b/run", "x/other"])).toEqual(["a/run", "b/run", "other"]);
  expect(distinctNames(["x/a/deep/run", "x/b/deep/run"])).toEqual(["a/deep/run", "b/deep/run"]);
  expect(distinctNames(["x/run", "x/run"])).toEqual(["run", "run"]);
});
