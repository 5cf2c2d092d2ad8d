import { getPath, setPath } from "../core/index.ts";
import { type RunConfigInput, readRun } from "../run/index.ts";
import { isRunFolder, readInitRun, type TakenOver, takenOver } from "../train/index.ts";

interface Start {
  /** The config that flags stand above; undefined for the standard one. */
  readonly base: RunConfigInput | undefined;
  readonly given: ReadonlyMap<string, unknown>;
  /** What was taken over, in words. */
  readonly notice?: string;
}

/** What can be taken over: the field of the config, its flag, and how it is told. */
const choices: readonly {
  readonly path: string;
  readonly said: string;
  readonly flag: string;
  readonly of: (run: TakenOver) => unknown;
  readonly words: (run: TakenOver) => string;
}[] = [
  { path: "model", said: "model", flag: "--model", of: ({ model }) => model, words: ({ model }) => `model ${model}` },
  {
    path: "method",
    said: "method.name",
    flag: "--method",
    of: ({ method }) => method,
    words: ({ method }) => `method ${method.name}`,
  },
  {
    path: "data.imageSize",
    said: "data.imageSize",
    flag: "--image-size",
    of: ({ imageSize }) => imageSize,
    words: ({ imageSize }) => `${imageSize} pixels`,
  },
];

/**
 * Fills in what the run that `--init` names decides where neither the base config nor an option does: model, method and
 * image size. A resumed run is not asked again; `resumed` is its folder where a file or recipe is given beside it.
 * @throws UserError where `--init` names a folder that holds no run
 */
export function withStartingRun(
  base: RunConfigInput | undefined,
  given: ReadonlyMap<string, unknown>,
  resumed?: string,
): Start {
  const init = given.get("init") ?? base?.init;
  if (typeof init !== "string" || (!resumed && !isRunFolder(init))) return { base, given };
  const run = resumed ? storedChoices(resumed) : takenOver(readInitRun(init));
  const filled = structuredClone(base ?? { data: { name: "emoji" } });
  const options = new Map(given);
  const dataName = given.get("data.name") ?? (given.has("data.folder") ? "folder" : filled.data.name);
  // Another data set than the base's drops the base's options.
  if (dataName !== filled.data.name) filled.data = { name: filled.data.name };
  const taken = choices.filter(
    ({ path, said, of }) => !given.has(said) && getPath(filled, path) === undefined && of(run) !== undefined,
  );
  for (const { path, of } of taken) {
    if (path.startsWith("data.")) options.set(path, of(run));
    else setPath(filled, path, structuredClone(of(run)));
  }
  const notice =
    taken.length > 0
      ? `--init ${init} decides: ${taken.map(({ words }) => words(run)).join(", ")}; choose otherwise by ${taken.map(({ flag }) => flag).join(", ")}`
      : undefined;
  return { base: filled, given: options, notice };
}

function storedChoices(run: string): TakenOver {
  const { model, method, data } = readRun(run).config;
  return { model, method, imageSize: (data as { imageSize?: number }).imageSize };
}
