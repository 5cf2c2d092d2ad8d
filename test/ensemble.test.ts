import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { anchored, tinyImageFolder, tinyTraining } from "../src/cli/testing.ts";
import { auroc, combineMembers, judge, meanNll } from "../src/evaluate/index.ts";
import { judgeRunsAsOne } from "../src/judge/index.ts";
import { loadPredictions, readResults, storedSets } from "../src/run/index.ts";

const root = mkdtempSync(join(tmpdir(), "anchored-ensemble-"));
const at = (name: string) => join(root, name);
const [a, b] = [at("a"), at("b")];
beforeAll(async () => {
  await tinyImageFolder(at("images"));
  for (const [run, seed] of [
    [a, "1"],
    [b, "2"],
  ])
    expect((await anchored(["train", ...tinyTraining(at("images")), "--seed", seed, "--out", run])).code).toBe(0);
});
afterAll(() => rmSync(root, { recursive: true }));

const suites = ["clean", "calibration"] as const;

test("what members stored is combined, judged as one arm beside them, and reported", async () => {
  const command = ["evaluate", a, b, "--suite", "clean,calibration,ood", "--ood", "mnist", "--ood-count", "20"];
  const { code, out } = await anchored([...command, "--ensemble", at("both"), "--json"]);
  expect(code).toBe(0);
  const [first, second, ensemble] = JSON.parse(out);
  expect(storedSets(at("both")).map(({ role }) => role)).toEqual(["test", "validation", "ood"]);
  const { set } = first.sets[0];
  const members = [a, b].map((run) => loadPredictions(run, set));
  const stored = loadPredictions(at("both"), set);
  const combined = combineMembers(members);
  expect(stored).toEqual(combined);
  expect(ensemble.sets[0].metrics.nll).toBe(meanNll(judge(combined)));
  // Jensen's inequality.
  expect(ensemble.sets[0].metrics.nll).toBeLessThanOrEqual(
    (first.sets[0].metrics.nll + second.sets[0].metrics.nll) / 2,
  );
  expect(ensemble).toMatchObject({
    run: "both",
    method: "ensemble of 2 standard",
    members: [a, b],
    combination: "probabilities",
    passes: 2,
    parameters: 2 * first.parameters,
  });
  expect(ensemble.training.seconds).toBeCloseTo(first.training.seconds + second.training.seconds, 9);
  const foreign = loadPredictions(at("both"), ensemble.ood[0].set, undefined, "ood");
  const information = ensemble.ood.find(({ score }: { score: string }) => score === "mutual-information");
  expect(information.auroc).toBe(auroc(stored.doubts!["mutual-information"], foreign.doubts!["mutual-information"]));
  const scores = (one: typeof first) => one.sets[0].failures.map(({ score }: { score: string }) => score);
  expect(scores(ensemble)).toEqual(
    expect.arrayContaining(["entropy", "expected-entropy", "mutual-information", "disagreement"]),
  );
  expect(scores(first)).not.toContain("disagreement");

  expect((await anchored(["report", a, b, at("both"), "--out", at("page.html")])).code).toBe(0);
  const page = readFileSync(at("page.html"), "utf8");
  expect(page).toContain("mean of the probabilities of 2 networks (a, b); an image costs 2 passes");
  expect(page).toContain("by mutual information");
});

test("a mean of logits is another arm; a second call predicts nothing", async () => {
  const said: string[] = [];
  const { ensemble } = await judgeRunsAsOne([a, b], at("logits"), {
    suites,
    combination: "logits",
    onProgress: (told) => told && said.push(told.label),
  });
  expect(said.filter((label) => label.includes("predicting"))).toEqual([]);
  expect(ensemble.settings).toMatchObject({ combination: "logits", members: 2 });
  expect(readResults(at("logits")).combination).toBe("logits");
  const [own, other] = [a, b].map((run) => loadPredictions(run, ensemble.sets[0].set).logits);
  const { logits } = loadPredictions(at("logits"), ensemble.sets[0].set);
  expect(logits[0]).toBe((own[0] + other[0]) / 2);
});

/** A copy of run `b` whose config says something else. */
function altered(name: string, alter: (config: { data: Record<string, unknown> }) => void): string {
  mkdirSync(at(name));
  for (const file of readdirSync(b, { withFileTypes: true }))
    if (file.isFile()) writeFileSync(join(at(name), file.name), readFileSync(join(b, file.name)));
  const config = JSON.parse(readFileSync(join(b, "config.json"), "utf8"));
  alter(config);
  writeFileSync(join(at(name), "config.json"), JSON.stringify(config));
  return at(name);
}

test.each<[string, () => readonly string[], RegExp]>([
  ["one run", () => [a], /ensemble of .*a: at least 2 runs/],
  ["a run twice", () => [a, a], /a has the weights of .*a; members are trained with seeds of their own/],
  [
    "other classes",
    () => [a, altered("renamed", ({ data }) => (data.classNames = [...(data.classNames as string[])].reverse()))],
    /renamed has other classes than .*a, or in another order/,
  ],
  [
    "other data",
    () => [a, altered("elsewhere", ({ data }) => (data.name = "mnist"))],
    /elsewhere was trained on mnist/,
  ],
])("refuses %s in one line, before anything is predicted", async (_, runs, message) => {
  const { code, notes } = await anchored(["evaluate", ...runs(), "--ensemble", at("refused")]);
  expect(code).toBe(2);
  expect(notes.length).toBe(1);
  expect(notes[0]).toMatch(message);
  expect(existsSync(at("refused"))).toBe(false);
});

test.each([
  [["--ensemble", a], /a run lies there; choose another folder/],
  [["--combination", "logits"], /--combination logits: it belongs to --ensemble/],
  [["--ensemble", "x", "--out", "y"], /--out y: the ensemble goes into --ensemble x/],
])("refuses %j", async (flags, message) => {
  const { code, notes } = await anchored(["evaluate", a, b, ...flags]);
  expect(code).toBe(2);
  expect(notes.join("\n")).toMatch(message);
});
