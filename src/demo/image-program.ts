import { normalizeImages } from "../augment/index.ts";
import { HostArray, type ImageSet, imageCount } from "../core/index.ts";
import { ArraySpec, compile, type Program } from "../engine/index.ts";
import type { Variables } from "../models/index.ts";
import type { RunRecord } from "../run/index.ts";
import { predictionFunction } from "./prediction-graph.ts";

/** Rows of a run, images × references. */
const ROWS = 128;

type Outputs = Record<"logits" | "features", HostArray<"float32">>;

/** The prediction function for batches of images, where many are needed. */
export class ImageProgram {
  private constructor(
    readonly program: Program,
    readonly batchSize: number,
    readonly record: RunRecord,
    readonly references: number,
  ) {}

  static async compile(
    record: RunRecord,
    variables: Variables,
    references: HostArray | undefined,
    threads: number | undefined,
  ): Promise<ImageProgram> {
    const count = references?.shape[0] ?? 1;
    const batchSize = Math.max(1, Math.floor(ROWS / count));
    const { channels, height, width } = record.data;
    const spec = new ArraySpec([batchSize, channels, height, width]);
    const program = await compile(predictionFunction(record, variables, references), [spec], { threads });
    return new ImageProgram(program, batchSize, record, count);
  }

  /** Of every image under every reference: logits [N][R × K] and features [N][R × F], image by image. */
  async run(set: ImageSet): Promise<{ logits: Float32Array[]; features: Float32Array[] }> {
    const logits: Float32Array[] = [];
    const features: Float32Array[] = [];
    const { channels, height, width, normalization } = this.record.data;
    const last = imageCount(set) - 1;
    for (let at = 0; at <= last; at += this.batchSize) {
      const rows = Int32Array.from({ length: this.batchSize }, (_, i) => Math.min(at + i, last));
      const images = HostArray.float32(
        [this.batchSize, channels, height, width],
        normalizeImages(set, rows, normalization),
      );
      const result: Outputs = await this.program.run([images]);
      for (let i = 0; i < this.batchSize && at + i <= last; i++) {
        logits.push(this.#ofImage(result.logits, i));
        features.push(this.#ofImage(result.features, i));
      }
    }
    return { logits, features };
  }

  dispose(): Promise<void> {
    return this.program.dispose();
  }

  /** [R, B, X] → [R × X] of one image. */
  #ofImage({ data, shape: [, , size] }: HostArray<"float32">, image: number): Float32Array {
    const own = new Float32Array(this.references * size);
    for (let r = 0; r < this.references; r++) {
      const from = (r * this.batchSize + image) * size;
      own.set(data.subarray(from, from + size), r * size);
    }
    return own;
  }
}
