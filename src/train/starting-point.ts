import { existsSync } from "node:fs";
import { type HostArrays, Random, UserError } from "../core/index.ts";
import { compile } from "../engine/index.ts";
import { runPaths } from "../files/index.ts";
import { anchoredOptions, type Method } from "../methods/index.ts";
import { tiedStart } from "../methods/internal.ts";
import type { Model, Network, Variables } from "../models/index.ts";
import type { Optimizer } from "../optim/index.ts";
import type { RunConfig } from "../run/index.ts";
import { type Checkpoint, loadCheckpoint } from "../run/index.ts";
import { checkVariables } from "../run/internal.ts";
import { movingParameters } from "./step.ts";
import type { Kept, TrainBatches } from "./training.ts";

/** What a new run's weights depend on. */
export interface StartParts {
  readonly run: string;
  readonly config: RunConfig;
  readonly network: Network;
  /** What of it sees images; itself, where it sees nothing else. */
  readonly model: Model;
  readonly method: Method;
  readonly optimizer: Optimizer;
  readonly batches: TrainBatches;
  /** The same network for images in place of tuples. */
  readonly withoutReferences: () => Model;
  /** Weights in place of fresh ones, of what `config.init` names. */
  readonly initial: (path: string, fresh: Variables) => Variables;
  /** What the run keeps for its predictions. */
  readonly kept: () => Kept;
}

/** Examples that a first layer is fitted to, where it is: enough for its patches' covariance. */
const FITTED_EXAMPLES = 5000;

/** What the network is fed of them, as they are. */
const someExamples = ({ count, plain }: TrainBatches): HostArrays => plain(Math.min(count, FITTED_EXAMPLES));

/** What a run's folder holds, or where a new run begins. @throws UserError for a checkpoint of another network. */
export async function startingPoint(parts: StartParts): Promise<Checkpoint> {
  const { run, config, network, optimizer } = parts;
  const path = runPaths(run).checkpoint;
  if (existsSync(path)) {
    const stored = loadCheckpoint(path);
    checkVariables(path, stored, network);
    return stored;
  }
  const { params, state } = await startingWeights(parts, network.init(new Random("init", config.seed)));
  return {
    params,
    state,
    slots: optimizer.init(movingParameters(params, network.frozen)),
    average: config.averageDecay > 0 ? { params, state } : undefined,
    ...parts.kept(),
    progress: { step: 0, epochLossSum: 0, epochSums: {}, seconds: 0 },
  };
}

async function startingWeights(parts: StartParts, fresh: Variables): Promise<Variables> {
  const tied = tiesStart(parts);
  if (parts.config.init) return parts.initial(parts.config.init, fresh);
  return tied ? tiedFresh(parts, fresh) : fitted(parts, fresh);
}

function tiesStart({ config, model }: StartParts): boolean {
  if (!anchoredOptions(config.method)?.tiedStart) return false;
  // Behind a first layer that is always frozen, the next one tells references apart.
  const learns = model.forTuples ? config.trainable === "all" : !model.frozen?.includes(model.stemWeight);
  if (!learns)
    throw new UserError(
      `method.tiedStart: the first layer of ${model.name} is not trained, so that it could never tell references apart; leave it out`,
    );
  return true;
}

/** Where more than the first layer depends on the input channels: a network for images, rebuilt for tuples. */
function tiedFresh({ config, model, batches, withoutReferences }: StartParts, fresh: Variables): Variables {
  if (!model.forTuples) return { ...fresh, params: tiedStart(fresh.params, model.stemWeight) };
  const forImages = withoutReferences();
  const { params, state } = forImages.init(new Random("init", config.seed));
  const { images } = someExamples(batches);
  const forTuples = model.forTuples(forImages.fitToInputs?.(params, images) ?? params) ?? params;
  return { params: { ...fresh.params, ...forTuples }, state };
}

/** A first layer that is set by statistics of its inputs sees those of the first batches, as they are fed. */
async function fitted(
  { config, model, method, batches }: StartParts,
  { params, state }: Variables,
): Promise<Variables> {
  if (!model.fitToInputs) return { params, state };
  const fed = someExamples(batches);
  const program = await compile(method.input, [fed], config);
  try {
    return { params: { ...params, ...model.fitToInputs(params, await program.run([fed])) }, state };
  } finally {
    await program.dispose();
  }
}
