import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { anchored } from "../src/cli/testing.ts";

const out = mkdtempSync(join(tmpdir(), "anchored-quickstart-"));
afterAll(() => rmSync(out, { recursive: true }));

const quickstart = ["quickstart", "--data", "emoji", "--image-size", "8", "--max-steps", "2", "--out", out];

test("the quickstart trains, judges, and leaves a report and a page; a second call keeps what is there", async () => {
  const { code, out: printed, notes } = await anchored(quickstart);
  expect(notes.join("\n")).toContain("3 runs of ");
  expect(code).toBe(0);
  const lines = printed.trim().split("\n");
  expect(lines.length).toBeLessThanOrEqual(8);
  expect(lines[0]).toMatch(/^Right on clean test images: standard [\d.]+ %, anchored/);
  expect(lines.at(-1)).toMatch(/^Verdict: /);
  const report = readFileSync(join(out, "report.html"), "utf8");
  expect(report).toContain("<svg");
  expect(report).toContain("anchored quickstart --data emoji");
  expect(existsSync(join(out, "demo", "index.html"))).toBe(true);

  const again = await anchored(quickstart);
  expect(again.code).toBe(0);
  expect(again.notes.filter((line) => line.endsWith("finished before"))).toHaveLength(3);
  expect(again.out).toBe(printed);
}, 240_000);
