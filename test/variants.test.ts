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

const listing = (folder: string) =>
  readdirSync(folder, { recursive: true }).flatMap((name) => {
    const { size, mtimeMs } = statSync(join(folder, `${name}`));
    return `${name}`.startsWith("variants") ? [] : [[name, size, mtimeMs]];
  });

/** Flags, the variant's name and title, and what an image costs under 2 references. */
const variants: [string[], string, string, number][] = [
  [["--dropout-draws", "3"], "mc-dropout-3", "MC dropout, 3 draws", 6],
];

test.each(variants)(
  "%j goes into a folder of its own and leaves the plain numbers alone",
  async (flags, name, title, passes) => {
    const [plain] = JSON.parse((await anchored(["evaluate", run, ...judged, "--json"])).out);
    const before = listing(run).filter(([path]) => path !== ".");
    const folder = join(run, "variants", name);
    const { code, out, notes } = await anchored([
      "evaluate",
      run,
      "--suite",
      `${judged[1]},sensitivity`,
      ...judged.slice(2),
      ...flags,
      "--json",
    ]);
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

    // What is stored is not predicted again, there and in the run itself, whose numbers are what they were.
    const again = await anchored(["evaluate", run, ...judged, ...flags, "--json"]);
    expect(JSON.parse(again.out)[0].sets).toEqual(results.sets);
    const [plainAgain] = JSON.parse((await anchored(["evaluate", run, ...judged, "--json"])).out);
    expect(plainAgain).toEqual({ ...plain, date: plainAgain.date });
    expect(plainAgain.variant).toBeUndefined();

    const page = at(`${name}.html`);
    expect((await anchored(["report", run, folder, "--out", page])).code).toBe(0);
    expect(readFileSync(page, "utf8").includes(`anchored α\u00a0=\u00a00.25 (label) · ${title}`)).toBe(true);
  },
);

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
  ["one draw", ["--dropout-draws", "1"], "--dropout-draws 1"],
])("%s is refused in one line", async (_, flags, message) => {
  const { code, notes } = await anchored(["evaluate", run, "--suite", "clean", ...flags]);
  expect([code, notes.join("\n").replaceAll(run, "RUN")]).toEqual([2, expect.stringContaining(message)]);
  expect(notes).toHaveLength(1);
});
