import { type HostArray, type Normalization, UserError } from "../../core/index.ts";
import type { TextTokenizer } from "../../data/index.ts";
import type { Activation, DualEncoder, Variables } from "../../models/index.ts";
import { clipNamed } from "../../models/internal.ts";
import type { RunConfigInput } from "../../run/index.ts";
import { loadContrastiveRun } from "../contrastive/load.ts";
import { type ContrastiveRecord, isDualEncoderRun } from "../contrastive/record.ts";
import { isClipFolder, loadDualEncoder } from "../dual-encoder/index.ts";

/** A dual encoder, and what a run that is made of it says of itself. */
export interface ClassifierSource {
  readonly encoder: DualEncoder;
  readonly variables: Variables;
  readonly tokenizer: TextTokenizer;
  readonly normalization: Normalization;
  /** Of an image. */
  readonly channels: number;
  /** [R, C, H, W], of anchored ones. */
  readonly references?: HostArray;
  /** Of its training, where it is a run; else of its network alone. */
  readonly config: Omit<RunConfigInput, "data"> & Partial<Pick<RunConfigInput, "data">>;
  readonly templates?: readonly string[];
  readonly step: number;
  readonly notes: readonly string[];
}

/**
 * Reads the run folder of a dual encoder, or a folder of CLIP's weights.
 * @throws UserError where it is neither or damaged, or its weights are of no size that has a name here
 */
export function readClassifierSource(from: string, activation?: Activation): ClassifierSource {
  if (isDualEncoderRun(from)) return ofRun(from, activation);
  if (!isClipFolder(from))
    throw new UserError(`${from}: neither the run folder of a dual encoder nor a folder of CLIP's weights`);
  const { encoder, params, tokenizer, normalization, notes, ...loaded } = loadDualEncoder(from, { activation });
  const model = loaded.size && clipNamed(loaded.size, loaded.activation);
  if (!model)
    throw new UserError(
      `${from}: its image tower is of no size, number of heads and activation that has a name here (anchored train --help lists clip-…), which a run needs; it can be asked by anchored predict`,
    );
  const { channels } = encoder.image;
  const config = { model } as const;
  return { encoder, variables: { params, state: {} }, tokenizer, normalization, channels, config, step: 0, notes };
}

function ofRun(run: string, activation: Activation | undefined): ClassifierSource {
  const { record, encoder, variables, tokenizer, references, step } = loadContrastiveRun(run, activation);
  const { config, data } = record;
  return {
    ...{ encoder, variables, tokenizer, references, step },
    normalization: data.normalization,
    channels: data.channels,
    config: classifierConfig(config),
    templates: config.task.templates,
    notes: [],
  };
}

/** A dual encoder's config as that of a classification on its data. */
export function classifierConfig({
  task: _task,
  init: _init,
  ...own
}: ContrastiveRecord["config"]): ClassifierSource["config"] & Pick<RunConfigInput, "data"> {
  return { ...own, averageDecay: 0 };
}
