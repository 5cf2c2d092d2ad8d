import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { optimizers, schedules } from "./index.ts";

const page = readFileSync(new URL("../../docs/training.md", import.meta.url), "utf8");

test.each([...Object.keys(optimizers), ...Object.keys(schedules)])("%s has its line in docs/training.md", (name) => {
  expect(page).toContain(`\n| \`${name}\` |`);
});
