import { percent, textTable } from "../../core/index.ts";
import type { Results } from "../../evaluate/index.ts";
import { conformalName } from "../conformal-name.ts";

type ConformalSets = NonNullable<Results["conformal"]>;

/** A line for each method and set: with one threshold, and beside it with one for each class. */
export function conformalText(all: ConformalSets): string {
  const together = all.filter(({ conditional }) => conditional === undefined);
  const apartOf = (sets: ConformalSets[number]) => {
    const name = conformalName(sets);
    return all.find(
      (one) => one.conditional && conformalName(one) === name && one.set === sets.set && one.alpha === sets.alpha,
    );
  };
  const measured = (one: ConformalSets[number] | undefined) =>
    one ? [percent(one.coverage), percent(one.worstClassCoverage), one.meanSize.toFixed(2)] : ["–", "–", "–"];
  const hasApart = all.length > together.length;
  const table = textTable([
    [
      ...["conformal sets", "set", "wanted", "coverage", "worst class", "mean size"],
      ...(hasApart ? ["by class: coverage", "worst class", "mean size"] : []),
    ],
    ...together.map((one) => [
      ...[conformalName(one), one.set, percent(1 - one.alpha), ...measured(one)],
      ...(hasApart ? measured(apartOf(one)) : []),
    ]),
  ]);
  const always = Math.max(0, ...all.map(({ alwaysInSet = 0 }) => alwaysInSet));
  return always === 0
    ? table
    : `${table}\nby class: too few validation images of ${always} of the classes, which are in every set`;
}
