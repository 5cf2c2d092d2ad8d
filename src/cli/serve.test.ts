import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runCli } from "./run-cli.ts";
import { anchored, tinyImageFolder, tinyTraining } from "./testing.ts";

const root = mkdtempSync(join(tmpdir(), "anchored-serve-"));
const images = join(root, "images");
const run = join(root, "run");

beforeAll(async () => {
  await tinyImageFolder(images);
  const method = ["--method", "anchored", "--reference-count", "3"];
  await anchored(["train", ...tinyTraining(images), ...method, "--out", run]);
}, 120_000);
afterAll(() => rmSync(root, { recursive: true }));

test("serves a run until it is told to stop, with the numbers of predict", async () => {
  const stop = new AbortController();
  const notes: string[] = [];
  let listening: (text: string) => void;
  const address = new Promise<string>((resolve) => {
    listening = (text) => resolve(JSON.parse(text).address);
  });
  const ended = runCli(
    ["serve", run, "--port", "0", "--k", "2", "--json", "--cors", "https://a.org", "--cors", "https://b.org/"],
    {
      out: (text) => listening(text),
      note: (line) => notes.push(line),
      interactive: false,
      input: async () => new Uint8Array(),
      interruptible: (work) => work(stop.signal),
    },
  );
  const file = join(images, "test", "red", "0.png");
  const url = await address;
  expect(new URL(url).hostname).toBe("127.0.0.1");
  const card = (await (await fetch(`${url}/v1/model`)).json()) as { classes: string[]; references: number };
  expect(card).toMatchObject({ classes: ["blue", "red"], references: 2 });
  const other = await fetch(`${url}/health`, { headers: { origin: "https://b.org" } });
  expect(other.headers.get("access-control-allow-origin")).toBe("https://b.org");
  const answer = await fetch(`${url}/v1/predict`, {
    method: "POST",
    headers: { "content-type": "image/png" },
    body: readFileSync(file),
  });
  const [served] = (
    (await answer.json()) as {
      predictions: { class: string; confidence: number; uncertainty: number; uncertaintyRank: number }[];
    }
  ).predictions;
  stop.abort();
  expect(await ended).toBe(0);
  expect(notes.join()).toContain("Ctrl-C");

  const { out } = await anchored(["predict", run, file, "--k", "2", "--json"]);
  const [predicted] = [JSON.parse(out)].flat();
  expect(served.class).toBe(predicted.class);
  expect(served.confidence).toBeCloseTo(predicted.confidence, 5);
  expect(served.uncertainty).toBeCloseTo(predicted.uncertainty, 5);
  expect(served.uncertaintyRank).toBe(predicted.uncertaintyRank);
});

test.each([
  [["serve", join(root, "nothing")], "no such run folder or .onnx file"],
  [["serve", run, "--port", "70000"], "--port 70000"],
  [["serve", run, "--k", "9"], "--k 9"],
  [
    ["serve", run, "--k", "2", "--host", "192.0.2.1", "--port", "0"],
    "--host 192.0.2.1: not an address of this machine",
  ],
  [["serve", run, "--cors", "example.org"], "--cors example.org: no origin; use one such as https://example.org, or *"],
  [["serve", run, "--cors", "https://a.org/app"], "--cors https://a.org/app: no origin; use one such as https://a.org"],
  [["serve", run, "--cors", "null"], "--cors null: no origin"],
])("refuses %j in one line", async (argv, reason) => {
  const { code, notes } = await anchored(argv);
  expect(notes.join("\n")).toContain(reason);
  expect(notes).toHaveLength(1);
  expect(code).toBe(2);
});
