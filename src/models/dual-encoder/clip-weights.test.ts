import { expect, test } from "vitest";
import { HostArray, UserError } from "../../core/index.ts";
import { clip } from "./clip.ts";
import { clipOfTensors } from "./clip-weights.ts";
import { clipVariants } from "./table.ts";
import { fixture, madeWeights } from "./testing.ts";

test("the published sizes are read off their shapes alone, heads of 64 each", () => {
  const size = clipVariants["clip-vit-b-32"].size;
  // As wide as published; shallower and of fewer words, so that the arrays are small; perceptrons of another width.
  const smaller = {
    ...size,
    image: { ...size.image, depth: 1, hidden: 1000 },
    text: { ...size.text, depth: 2, vocabulary: 10 },
  };
  const { params } = clip("published", smaller, { activation: "quick-gelu" }).shapes();
  const tensors = Object.fromEntries(Object.entries(params).map(([name, shape]) => [name, HostArray.zeros(shape)]));
  const { encoder } = clipOfTensors("made", tensors, { activation: "quick-gelu" });
  expect(encoder.shapes().params).toEqual(params);
  expect(encoder.image.imageSize).toBe(224);
  expect(() => clipOfTensors("made", tensors, { activation: "gelu", textHeads: 7 })).toThrow(
    "the text tower's width 512 is not 7 heads of equal size",
  );
});

test("weights that are not float32 are refused", () => {
  const heads = { imageHeads: 2, textHeads: 3 };
  const tensors = madeWeights(clip("tiny", fixture.size, { activation: "gelu" }).shapes().params);
  const half = { ...tensors, logit_scale: HostArray.scalar(2.5, "float16") };
  expect(() => clipOfTensors("made", half, { activation: "gelu", ...heads })).toThrow(UserError);
  expect(() => clipOfTensors("made", half, { activation: "gelu", ...heads })).toThrow(
    "made: logit_scale is float16; weights must be float32",
  );
});
