import type { FastifyInstance } from "fastify";
import sharp from "sharp";
import type { Classifier, ModelCard } from "../export/index.ts";

const card: ModelCard = {
  format: "anchored-classifier/1",
  name: "fake",
  classes: ["dark", "light"],
  height: 4,
  width: 4,
  channels: 3,
  normalization: { mean: [0, 0, 0], std: [1, 1, 1] },
  model: "none",
  method: "standard",
  protocol: "k",
  references: 0,
  temperature: 1,
  score: "one-minus-confidence",
  scorePercentiles: Array.from({ length: 101 }, (_, p) => p / 100),
  precision: "float32",
  weights: "raw",
  data: "made up",
  trainImages: 0,
  parameters: 0,
};

/** A model of two classes on 4 × 4 RGB images that answers by the first byte, after a while; it notes its batches. */
export function fakeModel({ delayMs = 0 }: { delayMs?: number } = {}) {
  const batches: number[] = [];
  const model: Classifier & { disposed: boolean } = {
    card,
    classes: card.classes,
    disposed: false,
    async predict(images) {
      const count = images.length / 48;
      batches.push(count);
      if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs));
      const light = Array.from({ length: count }, (_, i) => images[48 * i] / 255);
      const rows = Float32Array.from(light.flatMap((share) => [1 - share, share]));
      return {
        count,
        logits: rows,
        probabilities: rows,
        score: new Float32Array(count),
        label: light.map((share) => card.classes[Number(share >= 0.5)]),
      };
    },
    async dispose() {
      model.disposed = true;
    },
  };
  return { model, batches };
}

/** A grey square as the file of a format. */
export const picture = (side = 10, level = 255, format: "png" | "jpeg" | "tiff" | "avif" = "png"): Promise<Buffer> =>
  sharp({ create: { width: side, height: side, channels: 3, background: { r: level, g: level, b: level } } })
    .toFormat(format)
    .toBuffer();

/** JSON pixels of one image for `fakeModel`. */
export const pixels = (level: number): number[][][] =>
  Array.from({ length: 4 }, () => Array.from({ length: 4 }, () => [level, level, level]));

/** `type` undefined: without that header. */
export const post = (server: FastifyInstance, type: string | undefined, payload: Buffer | string) =>
  server.inject({
    method: "POST",
    url: "/v1/predict",
    headers: type === undefined ? {} : { "content-type": type },
    payload: Buffer.from(payload),
  });

export function form(files: readonly { name: string; bytes: Buffer }[]): { type: string; body: Buffer } {
  const parts = files.flatMap(({ name, bytes }) => [
    Buffer.from(`--edge\r\nContent-Disposition: form-data; name="image"; filename="${name}"\r\n\r\n`),
    bytes,
    Buffer.from("\r\n"),
  ]);
  return { type: "multipart/form-data; boundary=edge", body: Buffer.concat([...parts, Buffer.from("--edge--\r\n")]) };
}
