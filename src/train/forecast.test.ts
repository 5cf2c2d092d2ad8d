import { expect, test } from "vitest";
import { createModel, type ModelName } from "../models/index.ts";
import { undrawn } from "../models/testing.ts";
import { heavyStep, slowTraining } from "./forecast.ts";
import { tinyConfig } from "./testing.ts";

const heavy = (name: ModelName, imageSize: number, changes: Parameters<typeof tinyConfig>[0] = {}) => {
  const model = createModel(name, { inputChannels: 3, classes: 10, imageSize });
  const inputs = [128, 3, imageSize, imageSize];
  return heavyStep(tinyConfig({ model: name, batchSize: 128, ...changes }), model, undrawn(model), inputs);
};

test("a vision transformer of 64 pixels is told of before its first step, by what a step computes", async () => {
  // 256 patches through 12 blocks of width 192: 12·(256·12·192² + 2·256²·192) multiply-adds, the patches' projection
  // (4·4·3·192 each), the classifier; three passes of 128 images.
  const multiplyAdds = 12 * (256 * 12 * 192 ** 2 + 2 * 256 ** 2 * 192) + 256 * 48 * 192 + 192 * 10;
  const tera = (3 * 128 * 2 * multiplyAdds) / 1e12;
  expect(await heavy("vit-tiny", 64)).toMatch(
    new RegExp(`^a step computes ${tera.toFixed(1)} TFLOP \\(128 images of 64×64 pixels through vit-tiny\\).* first$`),
  );
});

test("light steps, small batches and graphics cards are not", async () => {
  expect(await heavy("resnet20", 32)).toBeUndefined();
  expect(await heavy("vit-tiny", 64, { batchSize: 8 })).toBeUndefined();
  expect(await heavy("vit-tiny", 64, { device: "cuda" })).toBeUndefined();
});

const steps = (left: number, ...times: number[]): string[] => {
  const said: string[] = [];
  const forecast = slowTraining((line) => said.push(line));
  for (const [i, ms] of times.entries()) forecast.stepTook(ms, left - i, { batchSize: 128 });
  return said;
};

test("the time to expect is that of the fastest of three steps, told once", () => {
  expect(steps(1001, 9000, 8000, 7000, 7000, 7000)).toEqual([
    expect.stringMatching(/^18 images\/s: the 999 steps that are left take about 1 h 56 min; .* options.resume$/),
  ]);
});

test("after a step of 128 seconds nobody waits for more", () => {
  expect(steps(3900, 128_000)).toEqual([
    expect.stringMatching(/^1.0 images\/s: the 3900 steps that are left take about 5 days 18 h; /),
  ]);
});

test("what ends within the hour needs no words", () => {
  expect(steps(500, 9000, 7000, 7000, 7000)).toEqual([]);
  expect(steps(20, 128_000, 128_000)).toEqual([]);
});
