import { describe, expect, it } from "vitest";
import type { RunConfigInput } from "../config.ts";
import { configFromOptions } from "./config-from-options.ts";
import { configOptions } from "./config-options.ts";

const multistep: RunConfigInput = {
  data: { name: "cifar10" },
  model: "resnet18",
  method: { name: "anchored", maskProbability: 0.25 },
  schedule: { name: "multistep", learningRate: 0.1, milestones: [1] },
};

describe("configFromOptions", () => {
  it("puts options above a base, and drops what belonged to another choice", () => {
    const config = configFromOptions({ "schedule.name": "cosine", "schedule.learningRate": 0.1, epochs: 3 }, multistep);
    expect(config.schedule).toEqual({ name: "cosine", learningRate: 0.1, minimum: 0, warmupEpochs: 0 });
    expect(config).toMatchObject({ epochs: 3, model: "resnet18", method: { maskProbability: 0.25 } });
  });

  it("reads a learning rate as the peak of one-cycle", () => {
    expect(configFromOptions({ "schedule.learningRate": 0.2 }).schedule).toMatchObject({ peak: 0.2 });
  });

  it("pads emoji with white and never mirrors digits", () => {
    expect(configFromOptions({}).augment[0].options.fill).toBe(255);
    expect(configFromOptions({ "data.name": "mnist" }).augment.map(({ name }) => name)).toEqual(["crop"]);
    expect(configFromOptions({ augment: [] }).augment).toEqual([]);
  });

  it("takes augmentations by name, with their standard options", () => {
    const { augment, mix } = configFromOptions({ augment: ["crop", "flip"], mix: [{ name: "mixup", options: {} }] });
    expect(augment).toEqual([
      { name: "crop", options: { pad: 4 } },
      { name: "flip", options: {} },
    ]);
    expect(mix.map(({ name }) => name)).toEqual(["mixup"]);
  });

  it.each([
    [
      { "method.maskProbability": 0.5 },
      /^method\.maskProbability belongs to method\.name anchored\b.*, but method\.name is standard; add method\.name anchored/,
    ],
    [{ "schedule.name": "cosine" }, /^schedule\.name cosine: which learning rate\? add e\.g\. schedule\.learningRate/],
    [{ "optimizer.name": "lion" }, /^optimizer\.name lion: .* add e\.g\. schedule\.learningRate 0\.0001/],
    [{ "task.name": "regression" }, /^task\.name regression: on what\? add data\.file FILE/],
    [{ "task.name": "regression", "data.name": "mnist" }, /^data\.name mnist: unknown; known: csv, /],
    [{ "task.name": "dancing" }, /^task\.name dancing: unknown; known: classification, regression/],
    [{ "task.loss": "l1" }, /^task\.loss belongs to task\.name regression/],
    [{ epoch: 3 }, /^config: Unrecognized key: "epoch"/],
    [{ "method.name": "anchored", "method.maskProbability": 2 }, /^config method\.maskProbability: Too big/],
  ])("%j: the error names fields", (given, message) => {
    expect(() => configFromOptions(given)).toThrow(message);
  });
});

describe("configOptions", () => {
  it("says of every option its field, its flag, what it takes and which choice it belongs to", () => {
    const options = new Map(configOptions().map((option) => [option.path, option]));
    expect(options.get("method.maskProbability")).toMatchObject({
      flag: "--mask-probability",
      placeholder: "<α>",
      takes: { kind: "number", range: { min: 0, max: 1 }, whole: false },
      only: { path: "method.name", is: expect.arrayContaining(["anchored"]) },
    });
    expect(options.get("optimizer.nesterov")).toMatchObject({ takes: { kind: "switch", sets: false } });
    expect(options.get("augment")?.takes).toMatchObject({ kind: "names" });
    expect(new Set(configOptions().map(({ flag }) => flag)).size).toBe(configOptions().length);
  });
});
