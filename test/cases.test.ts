import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { anchored } from "../src/cli/testing.ts";
import { UserError } from "../src/core/index.ts";
import { decodeImage } from "../src/data/index.ts";
import type { Results } from "../src/evaluate/index.ts";

/**
 * Files that people met elsewhere, on which a program that judges or reads without care gives a wrong answer and no
 * error: each is judged right, or refused by what it is.
 */
const root = fileURLToPath(new URL("cases/", import.meta.url));
const out = mkdtempSync(join(tmpdir(), "anchored-cases-"));
afterAll(() => rmSync(out, { recursive: true }));

interface Case {
  readonly name: string;
  /** In `root`, without `.npy`. */
  readonly logits: string;
  readonly labels: string;
  readonly ood?: string;
  readonly validation?: { readonly logits: string; readonly labels: string };
  readonly flags?: readonly string[];
  /** What is measured on the test set, and where it is known from. */
  readonly metrics?: Readonly<Record<string, number>>;
  readonly known?: string;
  /** Of max-softmax, against the foreign set. */
  readonly detection?: Readonly<Record<string, number>>;
  /** Under the temperature that the validation set gives. */
  readonly scaledNll?: number;
  readonly notice?: RegExp;
  readonly refused?: RegExp;
}

const offset = { logits: "offset/id2", labels: "offset/y2" };
const probabilities = { logits: "probabilities/prob", labels: "probabilities/y" };
/** Files of various formats, with the same labels. */
const npy = (name: string) => ({ logits: `npy/${name}`, labels: "npy/y" });

const cases: readonly Case[] = [
  {
    name: "confidences that round to 1 are told apart",
    logits: "saturated/id",
    labels: "saturated/y",
    ood: "saturated/ood",
    known: "60-digit arithmetic",
    metrics: { accuracy: 0.895, aurc: 0.006 },
    detection: { auroc: 0.955, fpr95In: 0.415 },
  },
  {
    name: "float64 logits near −3e7 keep their digits",
    ...offset,
    known: "scikit-learn",
    metrics: { accuracy: 0.619, nll: 0.997 },
  },
  {
    name: "and so do those that temperatures are fitted on",
    ...offset,
    validation: offset,
    known: "a fine grid in NumPy",
    scaledNll: 0.9655,
    notice: /^vector, matrix scaling: the fit did not converge/,
  },
  {
    name: "bins of equally many images are not cut through equal confidences",
    logits: "constant/const",
    labels: "constant/sorted",
    known: "right in a quarter of the images, and says so of each, whatever their order",
    metrics: { adaptiveEce15: 0, ece15: 0, aurc: 0.75 },
  },
  {
    name: "probabilities that are taken for logits are told of",
    ...probabilities,
    notice: /^prob\/test: every row is in \[0, 1\] and sums to 1.*--probabilities$/,
  },
  {
    name: "probabilities are judged as such where asked to",
    ...probabilities,
    flags: ["--probabilities"],
    known: "NumPy",
    metrics: { ece15: 0.17317, nll: 0.5706 },
  },
  { name: "big-endian files are read", ...npy("be"), known: "NumPy", metrics: { accuracy: 0.83, nll: 0.5706 } },
  { name: "files of Python 2 are read", ...npy("py2"), known: "NumPy", metrics: { accuracy: 0.83, nll: 0.5706 } },
  { name: "logits beyond float32 are read", ...npy("f8big"), known: "NumPy", metrics: { accuracy: 0.83 } },
  {
    name: "a structured file is refused by its reason",
    ...npy("struct"),
    refused: /^anchored: .*struct.npy: a structured array with the fields a, b; save plain numbers/,
  },
];

const refusedImages: Readonly<Record<string, RegExp>> = {
  "f32_01.tif": /32-bit floating-point samples/,
  "u32.tif": /32-bit samples/,
  "ycc.tif": /YCbCr samples/,
  "ch2.tif": /2 samples for each pixel, of which 1 is grey/,
};

const path = (name: string) => join(root, `${name}.npy`);

const argsOf = ({ logits, labels, ood, validation, flags = [] }: Case) => [
  ...["evaluate", "--json", "--out", out, "--logits", path(logits), "--labels", path(labels)],
  ...(ood ? ["--ood", `o=${path(ood)}`] : []),
  ...(validation
    ? ["--validation-logits", path(validation.logits), "--validation-labels", path(validation.labels)]
    : []),
  ...flags,
];

function expectNear(found: object | undefined, right: Readonly<Record<string, number>> = {}): void {
  for (const [name, value] of Object.entries(right))
    expect((found as Record<string, number> | undefined)?.[name], name).toBeCloseTo(value, 3);
}

describe("logits", () => {
  test.each(cases)("$name", async (one) => {
    const { code, out: printed, notes } = await anchored(argsOf(one));
    if (one.refused) {
      expect(notes).toEqual([expect.stringMatching(one.refused)]);
      expect([code, printed]).toEqual([2, ""]);
      return;
    }
    expect(code).toBe(0);
    const [{ sets, ood, scalings }] = JSON.parse(printed) as Results[];
    expectNear(sets[0].metrics, one.metrics);
    if (one.detection)
      expectNear(
        ood.find(({ score }) => score === "max-softmax"),
        one.detection,
      );
    if (one.scaledNll !== undefined)
      expectNear(scalings?.find(({ kind }) => kind === "temperature")?.metrics, { nll: one.scaledNll });
    const notices = one.notice ? [expect.stringMatching(one.notice)] : [];
    expect(notes).toEqual([...notices, expect.stringMatching(/^next: /)]);
  });
});

test.each(Object.entries(refusedImages))(
  "%s is refused by what it is, as a file and as bytes",
  async (name, reason) => {
    const image = join(root, "tiff", name);
    for (const given of [image, readFileSync(image)]) {
      const error = await decodeImage(given, 8).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(UserError);
      expect((error as UserError).message).toMatch(reason);
    }
  },
);

test("no file is left out", () => {
  const used = cases.flatMap(({ logits, labels, ood, validation }) =>
    [logits, labels, ood, validation?.logits, validation?.labels].filter((name) => name !== undefined),
  );
  const there = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).slice(root.length));
  const images = Object.keys(refusedImages).map((name) => `tiff/${name}`);
  expect(there.sort()).toEqual([...new Set([...used.map((name) => `${name}.npy`), ...images])].sort());
});
