import { availableParallelism } from "node:os";
import { type Listener, type RegressionSet, UserError } from "../../core/index.ts";
import { judgeRegression, rmse } from "../../evaluate/index.ts";
import { writeFileAtomic } from "../../files/internal.ts";
import { unfinished } from "../../judge/internal.ts";
import { regressionPredictor } from "../../train/internal.ts";
import type { RegressionCard } from "./card.ts";
import { asFed, coarseColumns, difference, firstExamples, noiseExamples } from "./check.ts";
import { regressionFile } from "./export-regression.ts";
import { openRegressor } from "./open-regressor.ts";
import { predictRegressionSet, type WholeSet } from "./predict-set.ts";
import { prepareRegression, type RegressionExportOptions } from "./prepare.ts";

export interface WriteRegressionOptions extends RegressionExportOptions, Listener {
  readonly out: string;
}

export interface ExportedRegression {
  readonly file: string;
  readonly bytes: number;
  readonly card: RegressionCard;
  /**
   * The file by ONNX Runtime beside the run's predictor: largest difference of means, standard deviations and quantiles in
   * the target's standard deviation, divided by the farthest answer where above 1.
   */
  readonly check: { readonly set: string; readonly examples: number; readonly largestDifference: number };
  /** float16: root mean squared errors [D] on all validation examples; absent where they are not here. */
  readonly error?: {
    readonly examples: number;
    readonly float32: readonly number[];
    readonly float16: readonly number[];
  };
}

/** Of float32 files: other runtimes sum in another order, no more. */
const TOLERANCE = 1e-4;

/**
 * Writes a regression's run as one ONNX file, once its answers on some examples were held to the predictor's.
 * @throws UserError as `exportRegression`; an Error where the answers differ
 * @example await writeRegression("runs/cars", { out: "cars.onnx", conformal: 0.9 });
 */
export async function writeRegression(
  run: string,
  { out, onNotice, onProgress, signal, ...options }: WriteRegressionOptions,
): Promise<ExportedRegression> {
  const listener: Listener = { onNotice, onProgress, signal };
  const threads = options.threads ?? availableParallelism();
  const float16 = options.precision === "float16";
  const { loaded, options: settled, validation: held } = await prepareRegression(run, options, listener);
  const { config, data } = loaded.record;
  const note = unfinished(run, { config, examples: data.trainExamples, step: loaded.step }, "exported");
  if (note) onNotice?.(note);
  for (const notice of coarseColumns(loaded.record)) onNotice?.(notice);
  const validation = await held().catch((error: unknown) => {
    if (!(error instanceof UserError)) throw error;
    if (float16) onNotice?.(`what float16 costs is not measured: ${error.message}`);
    return undefined;
  });
  const answersOf = async (bytes: Uint8Array, set: RegressionSet): Promise<WholeSet> => {
    const opened = await openRegressor(bytes, out, { threads });
    return predictRegressionSet(opened, set, listener).finally(() => opened.dispose());
  };
  const bytes = await regressionFile(loaded, settled);

  const set = asFed(firstExamples(validation ?? noiseExamples(loaded.record)));
  const predictor = regressionPredictor(loaded, { threads });
  const expected = await predictor.predict(set, { k: options.k }).finally(() => predictor.dispose());
  const largestDifference = difference(await answersOf(bytes, set), expected, loaded);
  if (!float16 && !(largestDifference <= TOLERANCE))
    throw new Error(`the exported model's answers differ from the run's by ${largestDifference}; nothing was written`);

  const errorsBy = async (file: Uint8Array, examples: RegressionSet) => {
    const { names, data: values } = examples.targets;
    return rmse(judgeRegression(await answersOf(file, examples), { names, values })).byTarget.map((value) => value!);
  };
  const error = float16 &&
    validation && {
      examples: validation.count,
      float32: await errorsBy(await regressionFile(loaded, { ...settled, precision: "float32" }), validation),
      float16: await errorsBy(bytes, validation),
    };
  const opened = await openRegressor(bytes, out, { threads });
  const { card } = opened;
  await opened.dispose();
  signal?.throwIfAborted();
  writeFileAtomic(out, bytes);
  return {
    file: out,
    bytes: bytes.length,
    card,
    check: { set: set.name, examples: set.count, largestDifference },
    ...(error && { error }),
  };
}
