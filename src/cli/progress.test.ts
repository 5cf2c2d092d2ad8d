import { afterEach, expect, test, vi } from "vitest";
import { dataProgress } from "./progress.ts";

afterEach(() => vi.useRealTimers());

test("elsewhere than on a terminal a line every ten seconds says how much is done, and how long the rest takes", () => {
  vi.useFakeTimers({ toFake: ["performance"] });
  const notes: string[] = [];
  const terminal = { interactive: false, note: (line: string) => notes.push(line) };
  const progress = dataProgress(terminal as never);
  for (const done of [100, 200, 300, 1000]) {
    progress.update({ label: "scoring", done, total: 1000, unit: "rows" });
    vi.advanceTimersByTime(15_000);
  }
  progress.update({ label: "reading", done: 1, unit: "rows" });
  vi.advanceTimersByTime(15_000);
  progress.update({ label: "reading", done: 7, unit: "rows" });
  progress.stop();
  // 100 rows take 15 s: 800 take 120 s.
  expect(notes).toEqual([
    "scoring: 20.0 % of 1000 rows, 2 min 0 s left",
    "scoring: 30.0 % of 1000 rows, 1 min 45 s left",
    "scoring: 100.0 % of 1000 rows",
    "reading: 7 rows",
  ]);
});
