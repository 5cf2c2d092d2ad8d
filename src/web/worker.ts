import pLimit from "p-limit";
import type { Image } from "../core/image-set.ts";
import { corruptImage } from "../corrupt/corrupt-image.ts";
import { openWebRuntime, type WebRuntime } from "../engine/runtime/web.ts";
import type {
  Answer,
  Argument,
  CallName,
  Change,
  Logits,
  Ranking,
  Request,
  Response,
  Taught,
  TeachingProgress,
} from "./calls.ts";
import { DualEncoder } from "./dual-encoder.ts";
import type { Manifest } from "./manifest.ts";
import { Network } from "./network.ts";
import { teach } from "./teacher.ts";

/** All that is computed on the page, off its main thread. */

let runtime: WebRuntime;
let manifest: Manifest;
let files: Record<string, ArrayBuffer>;
let networks: readonly Network[] = [];
let dualEncoders: readonly DualEncoder[] = [];

type Handlers = {
  [Name in CallName]: (
    argument: Argument<Name>,
    onProgress: (progress: TeachingProgress) => void,
  ) => Promise<Answer<Name>>;
};

const handlers: Handlers = {
  async open(given) {
    ({ manifest, files } = given);
    runtime = await openWebRuntime(given);
    networks = await openNetworks();
    dualEncoders = await openDualEncoders();
    return { device: runtime.device, threads: runtime.threads };
  },
  corrupt: ({ image, changes }) => corrupted(image, changes),
  async predict(image) {
    const answers: Logits[] = [];
    for (const network of networks) {
      const startedAt = performance.now();
      const { logits, known } = await network.run(image);
      const { references } = network.entry;
      const milliseconds = performance.now() - startedAt;
      answers.push({ logits, known, references, classes: logits.length / references, milliseconds });
    }
    return answers;
  },
  async rank({ image, words }) {
    const rankings: Ranking[] = [];
    for (const dualEncoder of dualEncoders) {
      const startedAt = performance.now();
      const ranked = await dualEncoder.rank(image, words);
      rankings.push({ ...ranked, milliseconds: performance.now() - startedAt });
    }
    return rankings;
  },
  async teach(pictures, onProgress) {
    const taught: Taught[] = [];
    for (const [model, network] of networks.entries()) {
      const step = new Uint8Array(files[network.entry.teaching.step]);
      taught.push(await teach(runtime, network, step, pictures, (progress) => onProgress({ model, ...progress })));
    }
    return taught;
  },
  async forget() {
    for (const network of networks) network.taught = undefined;
    return null;
  },
};

async function openNetworks(): Promise<Network[]> {
  const opened: Network[] = [];
  for (const entry of manifest.models) opened.push(await Network.open(runtime, manifest, entry, files));
  return opened;
}

async function openDualEncoders(): Promise<DualEncoder[]> {
  const opened: DualEncoder[] = [];
  for (const entry of manifest.words?.dualEncoders ?? []) opened.push(await DualEncoder.open(runtime, entry, files));
  return opened;
}

async function corrupted(image: Image, changes: readonly Change[]): Promise<Image> {
  let result = image;
  for (const change of changes) result = await corruptImage(result, { ...change, index: 0 });
  return result;
}

const reply = (response: Response) => self.postMessage(response);

/** In order: a prediction made while a class is taught would see some networks with it and some without. */
const inOrder = pLimit(1);

async function answer({ id, name, argument }: Request): Promise<void> {
  try {
    const handle = handlers[name] as (argument: unknown, onProgress: (p: TeachingProgress) => void) => Promise<unknown>;
    reply({ id, answer: await handle(argument, (progress) => reply({ id, progress })) });
  } catch (error) {
    reply({ id, error: error instanceof Error ? error.message : String(error) });
  }
}

self.addEventListener("message", ({ data }: MessageEvent<Request>) => void inOrder(answer, data));
