import { expect, test } from "vitest";
import { checkManifest } from "./check-manifest.ts";
import type { Manifest } from "./manifest.ts";

const rising = Array.from({ length: 101 }, (_, p) => p / 100);
const model = (anchored: boolean) => ({ anchored, doubtPercentiles: rising, expected: [1, 0, 0, 1] });
const opening = {
  sample: 1,
  corruption: "fog",
  severity: 3,
  anchored: 1,
  standard: 0,
  tried: { pictures: 2, corruptions: 1 },
};
const words = { suggested: ["cat"], dualEncoders: [{ templates: ["a {}"], expected: [1, 2] }] };
/** What the check reads of a manifest. */
const manifest = (changes: Record<string, unknown> = {}): Manifest =>
  ({
    classNames: ["cat", "dog"],
    models: [model(false), model(true)],
    samples: { labels: [0, 1] },
    nearest: { labels: [1] },
    opening,
    ...changes,
  }) as unknown as Manifest;

test("a manifest that names what is there is read, with an opening or without", () => {
  expect(checkManifest(manifest()).opening).toEqual(opening);
  expect(checkManifest(manifest({ opening: undefined })).opening).toBeUndefined();
  expect(checkManifest(manifest({ words })).words).toEqual(words);
});

test.each([
  [{ opening: { ...opening, sample: 2 } }, "opening.sample is 2"],
  [{ opening: { ...opening, corruption: "rain" } }, "opening.corruption is rain"],
  [{ opening: { ...opening, severity: 6 } }, "opening.severity is 6"],
  [{ opening: { ...opening, anchored: 0 } }, "opening.anchored"],
  [{ opening: { ...opening, standard: 7 } }, "opening.standard"],
  [{ samples: { labels: [0, 2] } }, "samples.labels names class 2"],
  [{ nearest: { labels: [] } }, "nearest.labels is empty"],
  [{ nearest: { labels: [2] } }, "nearest.labels names class 2"],
  [{ models: [{ ...model(false), verdict: { threshold: null, parts: ["energy"] } }] }, "models[0].verdict"],
  [{ models: [] }, "models is empty"],
  [{ models: [model(false), { ...model(true), doubtPercentiles: undefined }] }, "models[1].doubtPercentiles"],
  [{ models: [{ ...model(false), spreadPercentiles: rising.toReversed() }] }, "models[0].spreadPercentiles"],
  [{ models: [{ ...model(false), expected: [1] }] }, "models[0].expected"],
  [{ words: { ...words, suggested: [] } }, "words.suggested is empty"],
  [{ words: { ...words, dualEncoders: [] } }, "words.dualEncoders is empty"],
  [{ words: { ...words, suggested: ["cat", "dog"] } }, "words.dualEncoders[0].expected"],
])("%j is named", (changes, message) => {
  expect(() => checkManifest(manifest(changes))).toThrow(`demo.json: ${message}`);
});
