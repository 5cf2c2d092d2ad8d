import { expect, test } from "vitest";
import { withFlags } from "./flag-names.ts";

test.each([
  [
    "method.maskProbability 2: outside [0, 1]; add method.name anchored",
    "--mask-probability 2: outside [0, 1]; add --method anchored",
  ],
  ["config.init runs/a decides: 8 pixels; by data.imageSize", "--init runs/a decides: 8 pixels; by --image-size"],
  ["options.measureMasked: it masks nothing", "--masked: it masks nothing"],
  ["options.changedData: no earlier data", "--changed-data: no earlier data"],
  // Files, fields of a config file, and what has no flag stay as they are.
  ["runs/a/config.json: no JSON", "runs/a/config.json: no JSON"],
  ["options.json: not there", "options.json: not there"],
  ["options.ood.txt: not there", "options.ood.txt: not there"],
  ["config.init.txt: not there", "config.init.txt: not there"],
  ["method.maskTarget.txt: not there", "method.maskTarget.txt: not there"],
  ["photos/data.folder: not there", "photos/data.folder: not there"],
  ["schedule.endDivisor 0: too small", "schedule.endDivisor 0: too small"],
  ["config method.maskProbability: Too big", "config method.maskProbability: Too big"],
])("%s", (message, told) => {
  expect(withFlags(message)).toBe(told);
});
