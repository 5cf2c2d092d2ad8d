import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { anchored, tinyImageFolder, tinyTraining } from "../src/cli/testing.ts";
import { auroc } from "../src/evaluate/index.ts";
import { loadPredictions, readResults, storedSets } from "../src/run/index.ts";

const root = mkdtempSync(join(tmpdir(), "anchored-variants-"));
const at = (name: string) => join(root, name);
const run = at("run");
const judged = ["--suite", "clean,calibration,ood", "--ood", "mnist", "--ood-count", "20"];
beforeAll(async () => {
  await tinyImageFolder(at("images"));
  const options = ["--dropout", "0.5", "--method", "anchored", "--reference-count", "2"];
  expect((await anchored(["train", ...tinyTraining(at("images")), ...options, "--out", run])).code).toBe(0);
});
afterAll(() => rmSync(root, { recursive: true }));

/** All files but those of variants. */
const listing = (folder: string) =>
  readdirSync(folder, { recursive: true }).flatMap((name) => {
    const { size, mtimeMs } = statSync(join(folder, `${name}`));
    return `${name}`.startsWith("variants") ? [] : [[name, size, mtimeMs]];
  });

/** Flags, the variant's name and title, and what an image costs under 2 references. */
const variants: [string[], string, string, number][] = [
  [["--dropout-draws", "3"], "mc-dropout-3", "MC dropout, 3 draws", 6],
  [
    ["--adaptation", "batch-norm", "--adaptation-batch", "3", "--adaptation-prior", "1"],
    "batch-norm-3-prior-1",
    "BatchNorm adaptation, batch 3, prior 1",
    1,
  ],
  [["--adaptation", "tent", "--adaptation-batch", "3"], "tent-3-adam-0.001", "TENT, batch 3, Adam 0.001", 3],
];

const judge = async (...more: string[]) => anchored(["evaluate", run, ...judged, "--json", ...more]);
let plain: Record<string, unknown>;
let before: ReturnType<typeof listing>;
test("the plain network is judged first", async () => {
  [plain] = JSON.parse((await judge()).out);
  expect(plain.variant).toBeUndefined();
  before = listing(run);
});

test.each(variants)("%j goes into a folder of its own, by keys of its own", async (flags, name, title, passes) => {
  const folder = join(run, "variants", name);
  const { code, out, notes } = await judge(...flags, "--suite", "sensitivity");
  expect([code, notes.at(-1)]).toEqual([0, expect.stringContaining(`report ${folder}`)]);
  const [results] = JSON.parse(out);
  expect(results).toMatchObject({ run: `run · ${title}`, variant: { name, title }, passes, method: "anchored" });
  expect(results.sensitivity).toBeUndefined();
  expect(readResults(folder).variant?.name).toBe(name);
  expect(listing(run)).toEqual(before);
  expect(storedSets(folder).map(({ variant }) => variant?.name)).toEqual(storedSets(folder).map(() => name));
  const [own, other] = [run, folder].map((where) => storedSets(where).find(({ role }) => role === "test")!);
  expect(own.inputKey).not.toBe(other.inputKey);
  expect(own.imagesSha256).toBe(other.imagesSha256);
  const predicted = (where: string) => loadPredictions(where, own.set).logits;
  expect(predicted(folder)).not.toEqual(predicted(run));
});

test("what is stored is not predicted again; the run's own numbers are what they were", async () => {
  const folder = join(run, "variants", variants[0][1]);
  const { sets } = readResults(folder);
  const arrays = (where: string) => listing(join(where, "predictions")).filter(([name]) => `${name}`.endsWith(".npy"));
  const stored = [folder, run].map(arrays);
  expect(stored[0].length).toBeGreaterThan(3);
  expect(JSON.parse((await judge(...variants[0][0])).out)[0].sets).toEqual(JSON.parse(JSON.stringify(sets)));
  const [again] = JSON.parse((await judge()).out);
  expect(again).toEqual({ ...plain, date: again.date });
  expect([folder, run].map(arrays)).toEqual(stored);
});

test("a report shows each as an arm of its own", async () => {
  const folders = variants.map(([, name]) => join(run, "variants", name));
  expect((await anchored(["report", run, ...folders, "--out", at("page.html")])).code).toBe(0);
  const page = readFileSync(at("page.html"), "utf8");
  for (const [, , title] of variants)
    expect(page.includes(`anchored α\u00a0=\u00a00.25 (label) · ${title}`)).toBe(true);
});

test("draws have scores of their own for foreign images", async () => {
  const folder = join(run, "variants", "mc-dropout-3");
  const { ood, sets } = readResults(folder);
  const [known, foreign] = [
    loadPredictions(folder, sets[0].set),
    loadPredictions(folder, "mnist/test", undefined, "ood"),
  ];
  expect(ood.find(({ score }) => score === "mutual-information")?.auroc).toBe(
    auroc(known.doubts!["mutual-information"], foreign.doubts!["mutual-information"]),
  );
  expect(sets[0].failures?.map(({ score }) => score)).toContain("disagreement");
});

test.each<[string, string[], string]>([
  ["the run's own folder", ["--dropout-draws", "3", "--out", run], "--out RUN: the run's own results lie there"],
  [
    "a folder of another variant",
    ["--dropout-draws", "4", "--out", join(run, "variants", "mc-dropout-3")],
    "it holds answers of MC dropout, 3 draws, which are not mixed with those of MC dropout, 4 draws",
  ],
  [
    "plain answers in a variant's folder",
    ["--out", join(run, "variants", "mc-dropout-3")],
    "which are not mixed with those of the plain network; name another folder",
  ],
  [
    "scores of features",
    ["--dropout-draws", "3", "--ood-scores", "knn"],
    "--ood-scores knn: features are the plain network's",
  ],
  [
    "an ensemble",
    [run, "--dropout-draws", "3", "--ensemble", at("both")],
    "an ensemble combines what plain networks answer",
  ],
  [
    "two ways at once",
    ["--dropout-draws", "3", "--adaptation", "tent"],
    "--dropout-draws 3 and --adaptation tent: these are asked one at a time",
  ],
  ["a mirror image", ["--adaptation", "tent", "--mirror"], "--mirror: mirror images would be batches of their own"],
  ["a chosen reference", ["--adaptation", "tent", "--protocol", "blt"], "--protocol blt: a batch that adapts shares"],
  [
    "an option of another adaptation",
    ["--adaptation", "tent", "--adaptation-prior", "16"],
    "--adaptation-prior 16: it belongs to --adaptation batch-norm; give both or neither",
  ],
  ["a batch of nothing", ["--adaptation-batch", "64"], "it belongs to --adaptation batch-norm or tent"],
  ["one draw", ["--dropout-draws", "1"], "--dropout-draws 1"],
])("%s is refused in one line", async (_, flags, message) => {
  const { code, notes } = await anchored(["evaluate", run, "--suite", "clean", ...flags]);
  expect([code, notes.join("\n").replaceAll(run, "RUN")]).toEqual([2, expect.stringContaining(message)]);
  expect(notes).toHaveLength(1);
});
