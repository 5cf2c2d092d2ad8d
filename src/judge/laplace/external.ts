import { UserError } from "../../core/index.ts";
import type { Results } from "../../evaluate/index.ts";
import { runPaths } from "../../files/index.ts";
import { whileHeld } from "../../files/internal.ts";
import { evaluateExternal } from "../evaluate-stored.ts";
import type { JudgeStoredOptions } from "../judge-stored.ts";
import type { FeatureFiles } from "../ood-scores/feature-files.ts";
import type { ScoreFiles } from "../ood-scores/measure.ts";
import { requireNoRun } from "../result-folders.ts";
import { type AskedLaplace, laplaceFolder } from "./options.ts";
import { storeLaplace } from "./store.ts";

/** @throws UserError for files that a Laplace approximation needs, and that are not given */
export function requireLaplaceFiles(
  options: FeatureFiles & { readonly probabilities?: boolean },
  { kind }: AskedLaplace,
): void {
  const asked = `options.laplace ${kind}`;
  if (options.probabilities)
    throw new UserError(`${asked}: it needs logits, which are linear in the features; options.probabilities has none`);
  for (const name of ["features", "trainFeatures", "classifierWeight", "classifierBias"] as const)
    if (options[name] === undefined)
      throw new UserError(`${asked}: it is fitted on features, and predicts from them; add options.${name} FILE.npy`);
}

/** What is stored of another program's network, judged by its last layer's Laplace approximation in a folder below. */
export async function judgeByLaplace(
  plain: string,
  name: string,
  { featuresOf, training, classifier }: ScoreFiles,
  asked: AskedLaplace,
  { threads, conformal, ...options }: JudgeStoredOptions & { readonly threads?: number },
): Promise<{ folder: string; results: Results }> {
  const folder = laplaceFolder(plain, asked);
  const { onProgress, onNotice, signal } = options;
  requireNoRun("options.out", folder);
  return whileHeld(runPaths(folder).judging, `judging ${folder}`, async () => {
    const files = { featuresOf, training: training!, classifier: classifier! };
    await storeLaplace(plain, folder, files, asked, { threads, onProgress, onNotice, signal });
    return { folder, results: evaluateExternal(folder, name, { conformal, onProgress, signal }) };
  });
}
