import { UserError } from "../core/index.ts";
import type { Results } from "../evaluate/index.ts";

/** What results of any task say of a run that becomes a member. */
export type MemberFacts = Pick<
  Results,
  "data" | "method" | "model" | "settings" | "parameters" | "seed" | "command" | "notices"
> & { readonly training: { readonly seconds?: number } };

export interface EnsembleOptions {
  /** Told apart in a report by it, where there are several ensembles of one kind; none where absent. */
  readonly seed?: number;
  readonly command?: string;
}

/**
 * What results say of an ensemble: all that its members have in common, and what they cost together.
 * @param all of the members, in the order of their names
 */
export function ensembleFacts<F extends MemberFacts>(
  names: readonly string[],
  all: readonly F[],
  { seed, command }: EnsembleOptions,
): F & { readonly members: string[] } {
  const [first] = all;
  const count = all.length;
  const methods = [...new Set(all.map(({ method }) => method))];
  const notices = [...new Set(all.flatMap((one) => one.notices ?? []))];
  const parameters = sumOf(all.map((one) => one.parameters));
  const { seed: _seed, command: _command, notices: _notices, parameters: _parameters, ...common } = inCommon(all);
  return {
    ...common,
    data: first.data,
    model: [...new Set(all.map(({ model }) => model))].join(" + "),
    method: methods.length === 1 ? `ensemble of ${count} ${methods[0]}` : `ensemble of ${count}: ${methods.join(", ")}`,
    ...(parameters !== undefined && { parameters }),
    ...(seed !== undefined && { seed }),
    ...(command !== undefined && { command }),
    members: [...names],
    ...(notices.length > 0 && { notices }),
    training: {
      ...inCommon(all.map(({ training }) => training)),
      seconds: sumOf(all.map(({ training }) => training.seconds)),
    },
    settings: { ...inCommon(all.map(({ settings }) => settings)), members: count },
  } as unknown as F & { members: string[] };
}

/** The fields that are equal in all. */
function inCommon<T extends object>([first, ...others]: readonly T[]): Partial<T> {
  const equal = Object.entries(first).filter(([key, value]) =>
    others.every((other) => JSON.stringify(other[key as keyof T]) === JSON.stringify(value)),
  );
  return Object.fromEntries(equal) as Partial<T>;
}

function sumOf(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length === values.length ? known.reduce((a, b) => a + b, 0) : undefined;
}

/** @throws UserError for fewer than two members */
export function requireMembers(names: readonly string[]): void {
  if (names.length < 2) throw new UserError(`ensemble of ${names.join(", ") || "no run"}: at least 2 runs are needed`);
}

/**
 * @param checkpoints SHA-256 of the members' checkpoints
 * @throws UserError where two members are one network
 */
export function requireDistinct(names: readonly string[], checkpoints: readonly string[]): void {
  for (const [i, sha] of checkpoints.entries()) {
    const twin = checkpoints.indexOf(sha);
    if (twin !== i)
      throw new UserError(
        `ensemble: ${names[i]} has the weights of ${names[twin]}; members are trained with seeds of their own`,
      );
  }
}
