import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { readRunSettings } from "./run-settings.ts";

const folder = mkdtempSync(join(tmpdir(), "anchored-settings-"));
afterAll(() => rmSync(folder, { recursive: true }));

const settingsOf = (record: object, config: object = {}) => {
  const common = { data: { name: "mnist" }, model: "resnet20", method: { name: "standard" }, threads: 2 };
  writeFileSync(
    join(folder, "config.json"),
    JSON.stringify({ config: { ...common, ...config }, data: { name: "mnist", title: "MNIST" }, ...record }),
  );
  return readRunSettings(folder).settings;
};

test("several ranks are another experiment where each normalises by its own part of a batch", () => {
  const alone = settingsOf({});
  expect(settingsOf({ ranks: 2 })).toEqual({ ...alone, ranks: 2 });
  expect(settingsOf({ ranks: 2 }, { syncBatchNorm: true })).toEqual(alone);
  expect(settingsOf({}, { syncBatchNorm: false, threads: 4 })).toEqual(alone);
});
