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
