import { expect, test } from "vitest";
import { duration } from "./duration.ts";

test.each([
  [0.4, "0 s"],
  [59.6, "1 min 0 s"],
  [75, "1 min 15 s"],
  [3600 * 47 + 59, "47 h 0 min"],
  [86400 * 5 + 3600 * 3, "5 days 3 h"],
  [Number.POSITIVE_INFINITY, "–"],
])("%d s is %s", (seconds, words) => expect(duration(seconds)).toBe(words));
