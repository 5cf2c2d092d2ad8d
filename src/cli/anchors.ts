import { basename, extname, join } from "node:path";
import { Command } from "commander";
import { printable, UserError } from "../core/index.ts";
import { type Device, devices } from "../engine/index.ts";
import {
  type ChosenTokens,
  openTokens,
  sourcesOf,
  type TokenLook,
  type TokenLookOptions,
  writeTokenDrawing,
} from "../export/index.ts";
import { type TokenRule, tokenRuleNames } from "../models/index.ts";
import { oneOf, whole } from "./numbers.ts";
import { activationOption } from "./predict-by-names.ts";
import { noteTo } from "./progress.ts";
import { INTERRUPTED, type Terminal, untilInterrupted } from "./terminal.ts";

interface Options extends TokenLookOptions {
  readonly model: string;
  readonly out: string;
  readonly json?: boolean;
}

/** What objects cover is known of made pictures alone. */
const rules = tokenRuleNames.filter((name) => name !== "objects");

const examples = `
A vision transformer's tokens are its patches, row by row, and before them its class token, which is number 0. The rule heads
is AcFormer's: each head of the class token in turn takes the patches that it attends to most and that no head before it has
taken. Networks without a class token are asked by received, the attention that a patch receives. One line for each image:
path, indices, drawing. Drawings show the square that the network sees; patches that are kept have a frame in the colour of their head, the
others are paled. A file that is no image is named, the others go on, and the exit code is 2. Anchored runs are asked
under the first reference that they keep. Docs: docs/visual-anchors.md.

Examples:
  $ anchored anchors cat.jpg --model runs/vit
  $ anchored anchors photos/ --model clip/ --per-head 9 --out anchors
  $ anchored anchors cat.jpg --model clip/ --rule mean --count 64 --layer -1
  $ anchored anchors photos/ --model runs/vit --json > anchors.jsonl`;

export function anchorsCommand(terminal: Terminal, exit: (code: number) => void): Command {
  return new Command("anchors")
    .description("which tokens of images a rule keeps of a vision transformer, drawn on the pictures: visual anchors")
    .argument("<images...>", "image files, folders of them, or - for one image from standard input")
    .requiredOption(
      "--model <folder>",
      "run folder of a vision transformer or dual encoder, or a folder of CLIP's weights",
    )
    .option(
      "--rule <name>",
      `${rules.join(" | ")} (default: heads, without a class token received)`,
      (text) => oneOf(rules)("--rule")(text) as TokenRule,
    )
    .option(
      "--per-head <k>",
      "patches for each head of the transformer (default: 4)",
      whole({ min: 1, example: 4 })("--per-head"),
    )
    .option("--count <n>", "patches in all, in place of --per-head", whole({ min: 1, example: 16 })("--count"))
    .option("--layer <block>", "number of a block from 0, -1 for the last, or its name (default: -2, the last but one)")
    .option(
      "--seed <n>",
      "rule random: what the draw begins with (default: 0)",
      whole({ min: 0, example: 1 })("--seed"),
    )
    .option("--out <dir>", "folder that the drawings go to", "anchors")
    .addOption(activationOption())
    .option(
      "--device <name>",
      `what to compute on: ${devices.join(" | ")} (default: cpu)`,
      oneOf(devices)("--device") as (text: string) => Device,
    )
    .option("--threads <n>", "threads (default: one a core)", whole({ min: 1, max: 1024, example: 2 })("--threads"))
    .option("--json", "a JSON object a line, for each image")
    .addHelpText("after", examples)
    .action(async (paths: string[], options: Options) => {
      const code = await untilInterrupted(terminal, (signal) => showAnchors(terminal, paths, options, signal));
      exit(code ?? INTERRUPTED);
    });
}

async function showAnchors(
  terminal: Terminal,
  paths: readonly string[],
  { model, out, json, ...asked }: Options,
  signal: AbortSignal,
): Promise<number> {
  if (asked.perHead !== undefined && asked.count !== undefined)
    throw new UserError(
      `--per-head ${asked.perHead}: --count ${asked.count} says already how many; leave one of them out`,
    );
  const sources = await sourcesOf(paths, terminal.input);
  const look = openTokens(model, asked);
  const named = drawingNames(sources.map(({ name }) => name));
  let failed = 0;
  try {
    for (const [i, source] of sources.entries()) {
      signal.throwIfAborted();
      const [image] = await look.read([source]);
      if (image instanceof UserError) {
        noteTo(terminal)(`anchored: ${image.message}`);
        failed++;
        continue;
      }
      const chosen = await look.choose(image);
      const drawing = join(out, named[i]);
      await writeTokenDrawing(drawing, source.bytes ?? source.name, look, chosen);
      terminal.out(json ? inJson(source.name, look, chosen, drawing) : inWords(source.name, chosen, drawing));
    }
  } finally {
    await look.dispose();
  }
  return failed > 0 ? 2 : 0;
}

/** Of equal file names in several folders each has its own. */
function drawingNames(paths: readonly string[]): string[] {
  const used = new Set<string>();
  return paths.map((path) => {
    const stem = path === "-" ? "standard-input" : basename(path, extname(path));
    let name = `${stem}.png`;
    for (let n = 2; used.has(name); n++) name = `${stem}-${n}.png`;
    used.add(name);
    return name;
  });
}

const inWords = (path: string, { indices }: ChosenTokens, drawing: string): string =>
  [path, indices.join(" "), drawing].map(printable).join("\t");

const inJson = (path: string, look: TokenLook, { indices, patches }: ChosenTokens, drawing: string): string => {
  const { model, layer, rule, heads, classToken, across } = look;
  return JSON.stringify({ path, model, layer, rule, heads, classToken, across, indices, patches, drawing });
};
