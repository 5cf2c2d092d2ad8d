import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { conformal, type Results } from "../evaluate/index.ts";
import { writeNpy } from "../files/index.ts";
import { type ExternalOptions, judgeExternal } from "./external.ts";
import { readExternal } from "./read-external.ts";

/** Logits of test/cases.test.ts, of which more is asked here. */
const fixture = (name: string) => fileURLToPath(new URL(`../../test/cases/${name}.npy`, import.meta.url));

const out = mkdtempSync(join(tmpdir(), "anchored-cases-"));
afterAll(() => rmSync(out, { recursive: true }));

/** Rows as a file, each labelled by its largest column. */
function stored(name: string, rows: readonly (readonly number[])[]): { path: string; labels: string } {
  const files = { path: join(out, `${name}.npy`), labels: join(out, `${name}-labels.npy`) };
  writeNpy(files.path, { shape: [rows.length, rows[0].length], data: Float64Array.from(rows.flat()) });
  const labels = Int32Array.from(rows, (row) => row.indexOf(Math.max(...row)));
  writeNpy(files.labels, { shape: [rows.length], data: labels });
  return files;
}

const judged = async (logits: string, labels: string, more: Partial<ExternalOptions> = {}): Promise<Results> =>
  (await judgeExternal({ logits: fixture(logits), labels: fixture(labels), out, ...more })).results;

test("where every validation image is right nothing is scaled, and a notice says why", async () => {
  const { labels, path } = stored("right", [
    [3, 0],
    [0, 1],
  ]);
  const { scalings, ood, notices } = await judged("saturated/id", "saturated/y", {
    logits: path,
    labels,
    validationLogits: path,
    validationLabels: labels,
    ood: [`o=${path}`],
  });
  expect(scalings?.map(({ kind }) => kind)).toEqual(["none", "venn-abers"]);
  expect(ood.map(({ score }) => score)).toEqual(["max-softmax", "max-logit", "energy", "entropy"]);
  expect(notices).toEqual([
    expect.stringMatching(/no temperature, vector scaling was applied: every validation image/),
  ]);
});

test("probabilities that are taken for logits are told of, and the other way round is refused", async () => {
  const all = (file: string) => ({ ood: [`o=${fixture(file)}`] });
  const { notices } = await judged("probabilities/prob", "probabilities/y", all("probabilities/prob"));
  expect(notices).toEqual([
    expect.stringMatching(/^prob\/test, o: every row is in \[0, 1\] and sums to 1.*options.probabilities$/),
  ]);
  expect((await judged("saturated/id", "saturated/y")).notices).toBeUndefined();
  await expect(judged("saturated/id", "saturated/y", { probabilities: true })).rejects.toThrow(
    /id.npy: row 0 holds .* sum to 1/,
  );
});

test("log-probabilities have no energy", async () => {
  const { ood, notices } = await judged("probabilities/prob", "probabilities/y", {
    probabilities: true,
    ood: [`o=${fixture("probabilities/prob")}`],
  });
  expect(ood.map(({ score }) => score)).toEqual(["max-softmax", "max-logit", "entropy"]);
  expect(notices).toEqual([expect.stringMatching(/^prob\/test, o: log-probabilities, .*left out$/)]);
});

test.each(["id/test", "id/validation"])(
  "foreign images may be called %s: no other set is dropped for them",
  async (name) => {
    const files = { logits: fixture("saturated/id"), labels: fixture("saturated/y") };
    const validation = { validationLogits: files.logits, validationLabels: files.labels };
    const { sets, ood, scalings } = await judged("saturated/id", "saturated/y", {
      ...validation,
      ood: [`${name}=${fixture("saturated/ood")}`],
    });
    expect(sets[0]).toMatchObject({ set: "id/test", metrics: { accuracy: 0.895 } });
    expect(scalings?.map(({ kind }) => kind)).toContain("temperature");
    const plain = ood.find(({ score }) => score === "max-softmax");
    expect(plain).toMatchObject({ set: name, against: "id/test" });
    expect(plain?.auroc).toBeCloseTo(0.955, 3);
  },
);

test.each(["ood", "corrupted"])("two files of one name in options.%s are refused", async (flag) => {
  const twice = { [flag]: ["fog=a.npy", "fog=b.npy"] };
  await expect(judged("saturated/id", "saturated/y", twice)).rejects.toThrow(
    `options.${flag} fog=b.npy: fog is a.npy already`,
  );
});

test("conformal sets promise what is asked", async () => {
  const files = { validationLogits: fixture("saturated/id"), validationLabels: fixture("saturated/y") };
  const { conformal: sets = [] } = await judged("saturated/id", "saturated/y", {
    ...files,
    conformal: { alpha: 0.02 },
  });
  expect(sets.length).toBeGreaterThan(0);
  expect(new Set(sets.map(({ alpha }) => alpha))).toEqual(new Set([0.02]));
});

test("a scaling whose fit got stuck is told of", async () => {
  // Row by row another offset near −3e7: no bias of a class can undo it.
  const files = { validationLogits: fixture("offset/id2"), validationLabels: fixture("offset/y2") };
  const { notices } = await judged("offset/id2", "offset/y2", files);
  expect(notices).toEqual([expect.stringMatching(/^vector, matrix scaling: the fit did not converge/)]);
});

test("a conformal threshold that rounds to 1 does not let every class in", async () => {
  const predictions = readExternal({ set: "x", logits: fixture("saturated/id"), labels: fixture("saturated/y") });
  // Of 60-digit arithmetic.
  const right = { coverage: 0.905, meanSize: 1.04 };
  const { coverage, meanSize } = conformal(predictions, predictions, { method: "LAC", alpha: 0.1 });
  expect({ coverage, meanSize }).toEqual(right);
});
