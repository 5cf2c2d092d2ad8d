import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import sharp from "sharp";
import { Random } from "../core/index.ts";
import { runCli } from "./run-cli.ts";

export interface Outcome {
  readonly code: number;
  /** Standard output. */
  readonly out: string;
  /** Lines of standard error. */
  readonly notes: readonly string[];
}

/** Runs the command line in this process. `interrupted`: as if Ctrl-C had been pressed at once; `input`: what it reads. */
export async function anchored(
  argv: readonly string[],
  { interrupted = false, input = new Uint8Array() } = {},
): Promise<Outcome> {
  const out: string[] = [];
  const notes: string[] = [];
  const code = await runCli(argv, {
    out: (text) => out.push(text),
    note: (line) => notes.push(line),
    input: async () => input,
    interactive: false,
    interruptible: (work) => work(interrupted ? AbortSignal.abort() : new AbortController().signal),
  });
  return { code, out: out.join("\n"), notes };
}

/** 8×8 PNGs of reddish and bluish noise: 4 to train on, 2 to test, 2 of an unseen kind, for each of the classes. */
export async function tinyImageFolder(root: string, classes = ["red", "blue"], { validation = 2 } = {}): Promise<void> {
  const counts = { train: 4, validation, test: 2, sketch: 2 };
  for (const [split, count] of Object.entries(counts))
    for (const [label, name] of classes.entries())
      for (let i = 0; i < count; i++) {
        const random = new Random("tiny image", split, name, i);
        const pixels = Uint8Array.from({ length: 8 * 8 * 3 }, (_, at) =>
          random.integer(at % 3 === 2 * label ? 256 : 64),
        );
        const path = join(root, split, name, `${i}.png`);
        mkdirSync(dirname(path), { recursive: true });
        await sharp(pixels, { raw: { width: 8, height: 8, channels: 3 } })
          .png()
          .toFile(path);
      }
}

/** Options of a training that takes two steps. */
export const tinyTraining = (folder: string): string[] =>
  `--folder ${folder} --image-size 8 --batch-size 4 --epochs 1 --threads 1`.split(" ");
