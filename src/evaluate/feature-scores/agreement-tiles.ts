import { eachBlock } from "./rows.ts";
import { softmaxOfBlock } from "./scored-block.ts";
import type { Fitting } from "./types.ts";

/** Training images of much the same predictions. */
export interface AgreementTile {
  /** [m] where they are in the bank. */
  readonly places: Int32Array;
  /** [m, K] */
  readonly probabilities: Float64Array;
  /** [K] the largest probability of each class: nobody agrees with an image of the tile more than with these. */
  readonly peaks: Float64Array;
}

/** Images of a tile: with a block of judged rows their agreements are 16 MB at most. */
const TILE_ROWS = 512;

/** Training images by predicted class, the surest first: most judged images then agree with nobody of most tiles. */
export const agreementTiles = (fitting: Fitting): Promise<readonly AgreementTile[]> =>
  fitting.once("tiles of agreement", async () => {
    const { classes } = fitting;
    const { probabilities, predicted } = await trainingPredictions(fitting);
    const confidence = Float64Array.from(predicted, (c, i) => probabilities[i * classes + c]);
    const order = Int32Array.from(predicted, (_, i) => i).sort(
      (a, b) => predicted[a] - predicted[b] || confidence[b] - confidence[a],
    );
    const tiles: AgreementTile[] = [];
    for (let from = 0; from < order.length; from += TILE_ROWS)
      tiles.push(tileOf(order.slice(from, from + TILE_ROWS), probabilities, classes));
    return tiles;
  });

function tileOf(places: Int32Array, all: Float64Array, classes: number): AgreementTile {
  const probabilities = rowsAt(all, places, classes);
  const peaks = new Float64Array(classes);
  for (const [i, value] of probabilities.entries()) peaks[i % classes] = Math.max(peaks[i % classes], value);
  return { places, probabilities, peaks };
}

/** Rows `places` of [N, width]. */
export function rowsAt(rows: Float64Array, places: ArrayLike<number>, width: number): Float64Array {
  const chosen = new Float64Array(places.length * width);
  for (let i = 0; i < places.length; i++)
    chosen.set(rows.subarray(places[i] * width, (places[i] + 1) * width), i * width);
  return chosen;
}

async function trainingPredictions({ classes, data }: Fitting) {
  const logits = data.training!.logits!;
  const probabilities = new Float64Array(logits.count * classes);
  const predicted = new Int32Array(logits.count);
  await eachBlock(logits.count, async (from, to) => {
    const own = softmaxOfBlock(new Float64Array(await logits.block(from, to)), classes);
    probabilities.set(own.probabilities, from * classes);
    predicted.set(own.predicted, from);
  });
  return { probabilities, predicted };
}
