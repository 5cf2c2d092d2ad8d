import { fileURLToPath } from "node:url";
import { Piscina } from "piscina";
import { type JsonImages, readJsonBody, type Shape } from "./json-body.ts";
import type { JsonAnswer, JsonTask, Refused } from "./json-worker.ts";
import { type Limits, Refusal } from "./limits.ts";

/** Bytes that are read in about a millisecond: less than handing them to a thread and back takes. */
const SMALL = 32 * 1024;
const IDLE_MS = 30_000;

/** Reads JSON bodies: small ones at once, others in threads, so that the server goes on answering. */
export class JsonReader {
  readonly #pool = new Piscina<JsonTask, JsonAnswer>({
    filename: workerFile(),
    minThreads: 0,
    maxThreads: 2,
    idleTimeout: IDLE_MS,
  });

  constructor(
    readonly shape: Shape,
    readonly limits: Pick<Limits, "maxImages">,
  ) {}

  /** @throws Refusal as `readJsonBody` */
  async read(body: Buffer): Promise<JsonImages> {
    if (body.length <= SMALL) return readJsonBody(body.toString(), this.shape, this.limits);
    const answer = await this.#pool.run({ body, shape: this.shape, maxImages: this.limits.maxImages });
    if ("refused" in answer) throw refusalOf(answer);
    const images = answer.images.map((image) => ("refused" in image ? refusalOf(image) : image));
    return answer.kind === "pixels" ? { pixels: images } : { files: images };
  }

  async close(): Promise<void> {
    await this.#pool.destroy();
  }
}

const refusalOf = ({ refused }: Refused): Refusal => new Refusal(...refused);

/** In the built package, also when the sources are run: Node 20 runs no TypeScript. */
const workerFile = (): string =>
  fileURLToPath(new URL("./json-worker.js", import.meta.url.replace(/\/src\/(serve\/[^/]+)\.ts$/, "/dist/$1.js")));
