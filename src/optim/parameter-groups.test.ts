import { expect, test } from "vitest";
import type { Model } from "../models/index.ts";
import { airbench94, regnetY400MF, resnet20, vitTiny, wideResnet16x4 } from "../models/internal.ts";
import { swinV2 } from "../models/swin-v2.ts";
import { isDecayed } from "./internal.ts";

const options = { inputChannels: 3, classes: 4, imageSize: 32 };
const smallSwin = swinV2("small", { width: 12, depths: [1, 2], heads: [2, 3] }, options);

/** What timm's `no_weight_decay()` of the family adds to vectors and biases. */
const families: [string, Model, RegExp | undefined][] = [
  ["ResNet", resnet20(options), undefined],
  ["WideResNet", wideResnet16x4(options), undefined],
  ["airbench", airbench94(options), undefined],
  ["RegNetY", regnetY400MF(options), undefined],
  ["ViT and DeiT", vitTiny(options), /^(pos_embed|cls_token|dist_token)$/],
  ["Swin-V2", smallSwin, /cpb_mlp|logit_scale/],
];

test.each(families)("%s: decayed is what timm decays", (_, model, spared) => {
  const { params } = model.shapes();
  for (const [name, shape] of Object.entries(params)) {
    const timm = !(shape.length <= 1 || name.endsWith(".bias") || spared?.test(name));
    expect(isDecayed(name, shape, model, false), name).toBe(timm);
    expect(isDecayed(name, shape, model, true), name).toBe(true);
  }
  if (spared) expect(Object.keys(params).some((name) => spared.test(name))).toBe(true);
});

test.each(families)("%s: biases are what is named so", (_, model) => {
  const named = Object.keys(model.shapes().params).filter((name) => /bias$/.test(name));
  expect([...model.biases!].sort()).toEqual(named.sort());
});

test("a parameter's role is what the network says, whatever its name", () => {
  expect(isDecayed("pos_embed", [1, 9, 8], {}, false)).toBe(true);
  expect(isDecayed("where", [1, 9, 8], { embeddings: ["where"] }, false)).toBe(false);
});
