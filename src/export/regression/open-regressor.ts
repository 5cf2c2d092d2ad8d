import { UserError } from "../../core/index.ts";
import { inBatches } from "../../core/internal.ts";
import { type Answered, type Device, modelMetadata, type OpenedModel, openOnnx } from "../../engine/index.ts";
import type { OpenOptions } from "../open-bytes.ts";
import { type RegressionCard, regressionCardFrom } from "./card.ts";

/** Answers for N examples and D targets, in the targets' units; what each is: docs/export.md. */
export interface RegressorAnswers {
  readonly count: number;
  /** [N × D] */
  readonly mean: Float32Array;
  /** [N × D]; absent for models that give none. */
  readonly standardDeviation?: Float32Array;
  /** [N × D × Q] of the card's levels. */
  readonly quantiles?: Float32Array;
  /** [N × D] the ends of conformal intervals, where the file was made with them. */
  readonly lower?: Float32Array;
  readonly upper?: Float32Array;
}

/** A trained regression, whatever it was opened from. */
export interface Regressor {
  readonly card: RegressionCard;
  /**
   * Numbers [N × F] in the order of the card's names, or uint8 images [N × H × W × C] in its size, of any N.
   * @throws RangeError where the values are no whole number of examples, TypeError for values of the other kind
   */
  predict(inputs: Float32Array | Uint8Array): Promise<RegressorAnswers>;
  dispose(): Promise<void>;
}

const outputs = {
  mean: "mean",
  standardDeviation: "standard_deviation",
  quantiles: "quantiles",
  lower: "lower",
  upper: "upper",
} as const;
type Output = keyof typeof outputs;

/** The bytes of an exported regression; `name` is what messages call them. @throws UserError for anything else. */
export async function openRegressor(
  bytes: Uint8Array,
  name: string,
  { rows = 128, ...options }: OpenOptions = {},
): Promise<Regressor> {
  const { card, opened } = await openFile(bytes, name, options);
  const { inputs, references } = card;
  const shape = inputs.kind === "images" ? [inputs.height, inputs.width, inputs.channels] : [inputs.names.length];
  const size = shape.reduce((product, length) => product * length, 1);
  const atOnce = Math.max(1, Math.floor(rows / Math.max(1, references)));
  return {
    card,
    async predict(given) {
      if (given instanceof Uint8Array !== (inputs.kind === "images"))
        throw new TypeError(`${name}: it takes ${inputs.kind === "images" ? "uint8 images" : "float32 numbers"}`);
      const count = given.length / size;
      if (!Number.isInteger(count))
        throw new RangeError(`${given.length} values are no whole number of examples [${shape.join(", ")}]`);
      const joined = await inBatches({ count, size: atOnce }, async ({ from, to }) => {
        const data = given.subarray(from * size, to * size);
        return opened.run({ [inputs.kind]: { shape: [to - from, ...shape], data } });
      });
      return { count, ...answersOf(joined, opened) };
    },
    dispose: () => opened.dispose(),
  };
}

async function openFile(
  bytes: Uint8Array,
  name: string,
  options: { readonly device?: Device; readonly threads?: number },
): Promise<{ readonly card: RegressionCard; readonly opened: OpenedModel }> {
  const damaged = (error: unknown) => {
    if (error instanceof UserError) return error;
    const reason = (error as Error).message.split("\n")[0];
    return new UserError(`${name}: no readable ONNX model (${reason}); export the run again`);
  };
  try {
    const card = regressionCardFrom(modelMetadata(bytes), name);
    return { card, opened: await openOnnx(bytes, options) };
  } catch (error) {
    throw damaged(error);
  }
}

function answersOf(
  joined: Partial<Record<string, Answered>>,
  { outputs: given }: OpenedModel,
): { readonly mean: Float32Array } & Partial<Record<Output, Float32Array>> {
  const there = Object.entries(outputs).filter(([, output]) => given.includes(output));
  return Object.fromEntries(there.map(([field, output]) => [field, joined[output]?.data ?? new Float32Array()])) as {
    mean: Float32Array;
  };
}
