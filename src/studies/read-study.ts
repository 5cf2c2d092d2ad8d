import { UserError } from "../core/index.ts";
import { importModule } from "../files/internal.ts";
import { resolveConfig } from "../run/index.ts";
import { orderedArms } from "./plan.ts";
import type { Study } from "./study.ts";

/**
 * A study from what a module exports as default or as `study`. Modules are code: they run.
 * @throws UserError naming the file and what of the study is wrong
 * @example
 * const study = await readStudy("my-study.mjs");
 * await runStudy(study, { out: "runs/my-study", seeds: study.seeds, threads: 1 });
 */
export async function readStudy(path: string): Promise<Study> {
  const module = await importModule(path, "study");
  const found = module.default ?? module.study;
  const wrong = (what: string) => new UserError(`study ${path}: ${what}`);
  if (typeof found !== "object" || found === null) throw wrong("exports neither a default nor `study`, an object");
  const study = found as Study;
  if (typeof study.title !== "string") throw wrong("title must be a text, what is compared");
  if (!(Number.isInteger(study.seeds) && study.seeds >= 1)) throw wrong(`seeds ${study.seeds}; a whole number ≥ 1`);
  const arms = Object.keys(study.arms ?? {});
  if (arms.length === 0) throw wrong('arms is empty; e.g. { standard: { config: { data: { name: "emoji" } } } }');
  if (!Array.isArray(study.baselines)) throw wrong(`baselines must list arms, of ${arms.join(", ")}`);
  const named = Object.values(study.arms).flatMap(({ startsFrom, probes, chooseAs, comparedWith = [] }) => [
    ...[startsFrom, probes, chooseAs],
    ...comparedWith,
  ]);
  const unknown = [...study.baselines, ...named].find((arm) => arm !== undefined && !arms.includes(arm));
  if (unknown !== undefined) throw wrong(`no arm "${unknown}"; there are ${arms.join(", ")}`);
  orderedArms(study);
  for (const [arm, { config, probes }] of Object.entries(study.arms)) {
    if (probes !== undefined) continue;
    if (config === undefined) throw wrong(`arms.${arm}: neither a config nor an arm that it probes; give one of them`);
    try {
      resolveConfig(config);
    } catch (error) {
      throw wrong(`arms.${arm}: ${(error as Error).message}`);
    }
  }
  return study;
}
