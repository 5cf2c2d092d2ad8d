import { UserError } from "../core/index.ts";
import { importModule } from "../files/internal.ts";
import { neededBy, orderedArms, resolveArm } from "./plan.ts";
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
  const named = Object.values(study.arms).flatMap((arm) => [
    ...neededBy(arm),
    ...(arm.comparedWith ?? []),
    ...Object.values(arm.beside ?? {}),
  ]);
  const unknown = [...study.baselines, ...named].find((arm) => !arms.includes(arm));
  if (unknown !== undefined) throw wrong(`no arm "${unknown}"; there are ${arms.join(", ")}`);
  orderedArms(study);
  for (const [arm, { config, probes, asks, ensembles, samples, names, interpolates, ...own }] of Object.entries(
    study.arms,
  )) {
    const kinds = { config, probes, asks, ensembles, samples, names, interpolates };
    const given = Object.values(kinds).filter((kind) => kind !== undefined);
    if (given.length !== 1)
      throw wrong(`arms.${arm}: ${given.length} of ${Object.keys(kinds).join(", ")}; an arm has one of them`);
    if (interpolates !== undefined && !("at" in own && Number.isFinite(own.at)))
      throw wrong(`arms.${arm}.at: a number, 0 the first of the two arms and 1 the second, e.g. 0.5`);
    if (ensembles !== undefined && !("members" in own && Number.isInteger(own.members) && own.members >= 2))
      throw wrong(`arms.${arm}.members: a whole number ≥ 2, of the runs that are one ensemble`);
    if (samples !== undefined && !("count" in own && Number.isInteger(own.count) && own.count >= 2))
      throw wrong(`arms.${arm}.count: a whole number ≥ 2, of the networks that are drawn`);
    if (samples !== undefined && study.arms[samples].config?.swag === undefined)
      throw wrong(
        `arms.${arm}.samples: ${samples} collects no weights to draw from; give its config swag, e.g. { from: 0.5 }`,
      );
    if (asks !== undefined && !("judge" in own)) throw wrong(`arms.${arm}.judge: how the run of ${asks} is asked`);
    if (config === undefined) continue;
    const { startsFrom } = study.arms[arm];
    try {
      resolveArm(startsFrom === undefined ? config : { ...config, init: startsFrom });
    } catch (error) {
      throw wrong(`arms.${arm}: ${(error as Error).message}`);
    }
  }
  return study;
}
