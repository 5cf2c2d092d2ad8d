import { basename } from "node:path";
import { type ImageSet, imageAt, imageCount, textsOfClasses, UserError } from "../core/index.ts";
import { templates as usualTemplates } from "../data/index.ts";
import { exportTowers } from "../export/internal.ts";
import { runPaths } from "../files/index.ts";
import { distinctNames } from "../run/index.ts";
import {
  createEmbedder,
  type LoadedDualEncoder,
  loadDualEncoder,
  readContrastiveRun,
  zeroShot,
} from "../train/index.ts";
import { readTokenizer } from "../train/internal.ts";
import type { DualEncoderEntry, WordsPlan } from "../web/manifest.ts";
import type { Site } from "./site.ts";

/** With and without anchors. */
const MOST_DUAL_ENCODERS = 2;
const SUGGESTED = 6;

export interface WordsOptions {
  readonly samples: ImageSet;
  readonly site: Site;
  /** References of anchored ones; all that the run keeps where absent. */
  readonly k?: number;
  readonly threads?: number;
  readonly onProgress?: (text: string) => void;
}

/** @throws UserError where there are too many, or one sees images of another size than the page has */
export function checkDualEncoders(
  runs: readonly string[],
  page: Pick<ImageSet, "height" | "width" | "channels">,
): void {
  if (runs.length > MOST_DUAL_ENCODERS)
    throw new UserError(`${runs.length} dual encoders: a page shows ${MOST_DUAL_ENCODERS} at most; name fewer`);
  const sizeOf = ({ height, width, channels }: typeof page) => `${width}×${height}×${channels}`;
  for (const run of runs) {
    const own = sizeOf(readContrastiveRun(run).data);
    if (own !== sizeOf(page))
      throw new UserError(`${run} sees images of ${own}, the page's are ${sizeOf(page)}; give it its own page`);
  }
}

/** Writes what the page ranks words by: the exported towers of dual encoders and their tokenizers. */
export async function wordsPlan(runs: readonly string[], options: WordsOptions): Promise<WordsPlan | undefined> {
  if (runs.length === 0) return undefined;
  const { samples, onProgress } = options;
  const loaded = runs.map((run) => {
    const own = loadDualEncoder(run);
    // Of standard ones there is nothing to choose.
    return own.references && options.k !== undefined ? loadDualEncoder(run, { k: options.k }) : own;
  });
  const called = [...new Set(textsOfClasses(samples))];
  const known = called.filter((name) => loaded.every(({ tokenizer }) => tokenizer.knows(name)));
  const suggested = evenly(known.length > 1 ? known : called, SUGGESTED);
  const titles = titlesOf(runs, loaded);
  const dualEncoders: DualEncoderEntry[] = [];
  for (const [i, run] of runs.entries()) {
    onProgress?.(`${titles[i]}: ${run}`);
    dualEncoders.push(await entryOf(run, titles[i], loaded[i], suggested, options));
  }
  return { dualEncoders, suggested };
}

async function entryOf(
  run: string,
  title: string,
  loaded: LoadedDualEncoder,
  suggested: readonly string[],
  { samples, site, threads }: WordsOptions,
): Promise<DualEncoderEntry> {
  const { encoder, params, references } = loaded;
  const { image, text } = await exportTowers(loaded);
  const { json, config } = readTokenizer(run);
  const name = `${slug(title)}-words`;
  const templates = loaded.run?.record.config.task.templates ?? usualTemplates;
  const embedder = createEmbedder(loaded, { threads });
  try {
    const classifier = await zeroShot(embedder, suggested, { templates });
    const images = Array.from({ length: imageCount(samples) }, (_, row) => imageAt(samples, row));
    const { data } = await classifier.logits(images);
    return {
      title,
      description: inWords(loaded, references?.shape[0] ?? 0),
      image: site.add(`${name}-image.onnx`, image),
      text: site.add(`${name}-text.onnx`, text),
      tokenizer: site.add(`${name}-${basename(runPaths(run).tokenizer)}`, Buffer.from(json)),
      ...(config !== undefined && {
        tokenizerConfig: site.add(`${name}-${basename(runPaths(run).tokenizerConfig)}`, Buffer.from(config)),
      }),
      embedding: encoder.embedding,
      context: encoder.text.context,
      scale: Math.exp(params[encoder.logitScale].data[0] as number),
      templates,
      expected: [...data].map((logit) => Number(logit.toPrecision(7))),
    };
  } finally {
    await embedder.dispose();
  }
}

/** So many of a list, from its whole length. */
function evenly(names: readonly string[], count: number): string[] {
  const most = Math.min(count, names.length);
  return Array.from({ length: most }, (_, i) => names[Math.floor((i * names.length) / most)]);
}

const slug = (title: string): string => title.toLowerCase().replace(/[^a-z0-9]+/g, "-");

function titlesOf(runs: readonly string[], loaded: readonly LoadedDualEncoder[]): string[] {
  const plain = loaded.map(({ method }) => `${method.anchored ? "Anchored" : "Standard"} dual encoder`);
  const names = distinctNames(runs);
  return plain.map((title, i) =>
    plain.indexOf(title) === plain.lastIndexOf(title) ? title : `${title} (${names[i]})`,
  );
}

/** e.g. `clip-small, trained on 3,000 pictures and what is said of them; 10 references`. */
function inWords({ encoder, run }: LoadedDualEncoder, references: number): string {
  const trained = run
    ? `${encoder.name}, trained on ${run.record.data.trainImages.toLocaleString("en")} pictures and what is said of them`
    : encoder.name;
  return references > 1 ? `${trained}; ${references} references` : trained;
}
