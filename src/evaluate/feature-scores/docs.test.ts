import { test } from "vitest";
import { expectPageHas } from "../../core/testing.ts";
import { type FeatureScoreName, featureScoreNames, featureScores } from "./table.ts";
import { type FeatureScore, needs, type Parameter } from "./types.ts";

const cell = (text: string) => text.replaceAll("|", "\\|");
const row = (cells: readonly string[]) => `| ${cells.map(cell).join(" | ")} |`;
const scoreOf = (name: FeatureScoreName): FeatureScore => featureScores[name];

const scores = [
  "| score | sees | formula | source | needs |\n|---|---|---|---|---|",
  ...featureScoreNames.map((name) => {
    const { kind, formula, source, needs: needed } = scoreOf(name);
    return row([`\`${name}\``, kind, formula, source, needed.map((need) => needs[need]).join(", ")]);
  }),
].join("\n");

const usualOf = ({ default: usual, defaultText }: Parameter<unknown>) => defaultText ?? `\`${usual}\``;

const triedOf = ({ grid = [], ofSmall }: Parameter<unknown>) =>
  [
    ...(ofSmall
      ? [`${ofSmall.tried.join(", ")} (ours, of fewer than ${ofSmall.below.toLocaleString("en")} images)`]
      : []),
    ...grid,
  ].join(", ");

const parameters = [
  "| score | parameter | what it is | default | whose | tried on OOD validation images: OpenOOD's, but for what is ours |\n|---|---|---|---|---|---|",
  ...featureScoreNames.flatMap((name) =>
    Object.entries(scoreOf(name).parameters as Record<string, Parameter<unknown>>).map(([key, parameter]) =>
      row([`\`${name}\``, `\`${key}\``, parameter.help, usualOf(parameter), parameter.source, triedOf(parameter)]),
    ),
  ),
].join("\n");

const traps = featureScoreNames
  .filter((name) => scoreOf(name).traps !== undefined)
  .map((name) => `- \`${name}\`: ${scoreOf(name).traps}`)
  .join("\n");

test("docs/ood-scores.md has the code's scores; if not: npm run docs", async () => {
  await expectPageHas("ood-scores.md", { scores, parameters, traps });
});
