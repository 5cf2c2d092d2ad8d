import { getPath, setPath } from "../core/index.ts";
import { type RunConfigInput, readRun } from "../run/index.ts";
import { isDualEncoderRun, readContrastiveRun } from "./contrastive/record.ts";
import { isRunFolder, readInitRun } from "./pretraining.ts";
import { type TakenOver, takenOver } from "./take-over.ts";

/** What `configFromOptions` takes, with a starting run's choices in it. */
export interface StartingConfig {
  /** The config that the options stand above; undefined for the standard one. */
  readonly base: RunConfigInput | undefined;
  readonly given: Readonly<Record<string, unknown>>;
  /** What was taken over, in words. */
  readonly notice?: string;
}

/** What can be taken over: the field of the config, how options call it, and how it is told. */
const choices: readonly {
  readonly path: string;
  readonly option: string;
  readonly of: (run: TakenOver) => unknown;
  readonly words: (run: TakenOver) => string;
}[] = [
  { path: "model", option: "model", of: ({ model }) => model, words: ({ model }) => `model ${model}` },
  { path: "method", option: "method.name", of: ({ method }) => method, words: ({ method }) => `method ${method.name}` },
  {
    path: "packed",
    option: "packed.members",
    of: ({ packed }) => packed,
    words: ({ packed }) => `${packed?.members} packed members`,
  },
  {
    path: "embedding",
    option: "embedding",
    of: ({ embedding }) => embedding,
    words: ({ embedding }) => `embeddings of ${embedding} numbers`,
  },
  {
    path: "data.imageSize",
    option: "data.imageSize",
    of: ({ imageSize }) => imageSize,
    words: ({ imageSize }) => `${imageSize} pixels`,
  },
];

/**
 * Fills in what the run that the option `init` names decides where neither the base config nor an option does: model,
 * method and image size.
 * @param resumed the folder of a run that goes on, which is not asked again what it starts from
 * @throws UserError where `init` names a folder that holds no run
 * @example
 * const { base, given } = withStartingRun({ init: "runs/cifar", "data.folder": "photos" });
 * const config = configFromOptions(given, base);
 */
export function withStartingRun(
  given: Readonly<Record<string, unknown>>,
  base?: RunConfigInput,
  resumed?: string,
): StartingConfig {
  const init = given.init ?? base?.init;
  if (typeof init !== "string" || (!resumed && !isRunFolder(init))) return { base, given };
  const run = resumed
    ? storedChoices(resumed)
    : takenOver(isContrastive(given, base) ? readContrastiveRun(init) : readInitRun(init));
  const filled = structuredClone(base ?? { data: { name: "emoji" } });
  const options = { ...given };
  const dataName = given["data.name"] ?? ("data.folder" in given ? "folder" : filled.data.name);
  // Another data set than the base's drops the base's options.
  if (dataName !== filled.data.name) filled.data = { name: filled.data.name };
  const taken = choices.filter(
    ({ path, option, of }) => !(option in given) && getPath(filled, path) === undefined && of(run) !== undefined,
  );
  for (const { path, of } of taken) {
    if (path.startsWith("data.")) options[path] = of(run);
    else setPath(filled, path, structuredClone(of(run)));
  }
  const notice =
    taken.length > 0
      ? `config.init ${init} decides: ${taken.map(({ words }) => words(run)).join(", ")}; choose otherwise by ${taken.map(({ option }) => (option.includes(".") ? option : `config.${option}`)).join(", ")}`
      : undefined;
  return { base: filled, given: options, notice };
}

const isContrastive = (given: Readonly<Record<string, unknown>>, base?: RunConfigInput): boolean =>
  (given["task.name"] ?? base?.task?.name) === "contrastive";

function storedChoices(run: string): TakenOver {
  const { config } = isDualEncoderRun(run) ? readContrastiveRun(run) : readRun(run);
  const { model, method, packed, embedding, data } = config;
  return { model, method, packed, embedding, imageSize: (data as { imageSize?: number }).imageSize };
}
