import { normalizeImages } from "../augment/index.ts";
import { HostArray, type ImageSet, imageCount } from "../core/index.ts";
import { inBatches } from "../core/internal.ts";
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
    const { channels, height, width, normalization } = this.record.data;
    const size = this.batchSize;
    const joined = await inBatches({ count: imageCount(set), size, axis: 1 }, async ({ rows }) => {
      const images = normalizeImages(set, rows, normalization);
      return (await this.program.run([HostArray.float32([size, channels, height, width], images)])) as Outputs;
    });
    return { logits: byImage(joined.logits), features: byImage(joined.features) };
  }

  dispose(): Promise<void> {
    return this.program.dispose();
  }
}

/** [R, N, X] → [R × X] of each image. */
function byImage(all: Outputs["logits"] | undefined): Float32Array[] {
  if (!all) return [];
  const {
    data,
    shape: [references, count, size],
  } = all;
  return Array.from({ length: count }, (_, image) => {
    const own = new Float32Array(references * size);
    for (let r = 0; r < references; r++) {
      const from = (r * count + image) * size;
      own.set(data.subarray(from, from + size), r * size);
    }
    return own;
  });
}
