import type { LaplaceResults, Results } from "../../evaluate/index.ts";
import { counted, percent } from "../format.ts";
import { type Html, html, raw } from "../html.ts";
import { memberNames } from "../member-names.ts";
import type { ReportedStudy } from "../study.ts";
import { lineSwatch } from "./legend.ts";

/** What an arm's method does, a sentence each; a method without one is called by its name. */
const methods: Record<string, (results: Results) => string> = {
  standard: ({ settings: { "packed.members": members } }) =>
    members === undefined
      ? "The usual training: the network sees each image as it is."
      : `A packed ensemble: ${members} members in one network, each in channels of its own, see each image as it is. Its answer is the mean of their probabilities; how far they disagree is its uncertainty.`,
  anchored: (results) =>
    [
      "The network sees each image x as the pair of a reference image r and the residual x − r.",
      masking(results),
      ...unusual(results),
      asked(results),
    ]
      .filter(Boolean)
      .join(" "),
  mimo: ({ settings }) =>
    `Multi-input multi-output: the network sees ${settings["method.members"]} images at once and answers to each; asked, it sees one image in all places, and its answer is the mean of their probabilities. How far they disagree is its uncertainty.`,
  oat: () => "Online anchor-based training: it learns outputs relative to an anchor taken from the batch.",
};

const targets: Record<string, string> = {
  label: "must still give the right label",
  uniform: "must then be undecided, all classes alike",
};

const statistics: Record<string, string> = {
  ordinary: " BatchNorm's running statistics come from batches that are not masked.",
  all: " BatchNorm's running statistics come from masked batches, too.",
};

function masking({ maskProbability = 0, maskTarget = "", settings }: Results): string {
  if (maskProbability === 0) return "References are never masked.";
  const which = settings["method.maskBy"] === "image" ? "an image's reference is" : "the references of a batch are";
  const from = Number(settings["method.maskFrom"] ?? 0);
  const start = from > 0 ? `, after the first ${percent(from)} of the training` : "";
  const target = targets[maskTarget] ?? `learns toward “${maskTarget}”`;
  return `With probability α = ${maskProbability} ${which} masked while it trains${start}; it ${target}.${statistics[String(settings["method.maskStatistics"])] ?? ""}`;
}

type Value = Results["settings"][string];

/** Settings of anchoring that are said where they are not the usual ones: a new one is a line here. */
const sentences: Record<string, (value: Value) => string | false> = {
  maskDraws: (n) => Number(n) > 1 && `Each of ${n} parts of a batch is masked by a draw of its own.`,
  maskKeep: (n) => Number(n) > 0 && `A masked reference keeps its central ${n} × ${n} pixels.`,
  references: (set) =>
    set === "batch" ? "References are other images of the batch." : set !== "all" && `References are of a set: ${set}.`,
  corruptReferencesEvery: (n) => Number(n) > 0 && `In every ${n}th batch the reference that it sees is augmented.`,
  referencesPerImage: (n) => Number(n) > 1 && `A batch shows each image under ${n} references.`,
  tiedStart: (tied) => tied === true && "Weights for both halves of the pair start the same.",
};

const unusual = ({ settings }: Results): string[] =>
  Object.entries(sentences).flatMap(([key, sentence]) => {
    const value = settings[`method.${key}`];
    return (value !== undefined && sentence(value)) || [];
  });

function asked({ sets: [first] }: Results): string {
  if (first?.protocol === "k" && first.references)
    return `Its answer is the mean over ${counted(first.references, "reference")}; how much they disagree is its uncertainty.`;
  return first?.protocol === "single" ? "It answers under one reference." : "";
}

/** A key of the arms that says what each one is, from its run's configuration. */
export const armsInWords = ({ arms, baseline }: ReportedStudy): Html =>
  html`<ul class="arms">${arms.map((arm) => {
    const { results } = arm.runs[0];
    return html`<li>${raw(lineSwatch(arm))}<div><b>${arm.name}</b>${
      arm === baseline && arms.length > 1 ? " (others are compared with it)" : ""
    } <small>${counted(arm.runs.length, results.members ? "ensemble" : "seed")}</small><br>${methodInWords(results)}</div></li>`;
  })}</ul>`;

/** What was trained, in a few sentences; nothing of another program's model. */
export const methodInWords = (results: Results): string =>
  results.members
    ? ensembleInWords(results, results.members)
    : [methods[results.method]?.(results), zeroShot(results), askedOtherwise(results)].filter(Boolean).join(" ");

function zeroShot({ settings = {} }: Results): string {
  const ways = settings["zeroShot.templates"];
  if (ways === undefined) return "";
  return `Zero-shot: nothing was trained for these classes; a dual encoder knows them by their names, each in ${counted(Number(ways), "way")}.`;
}

function askedOtherwise({ variant, passes }: Results): string {
  if (!variant) return "";
  if (variant.laplace) return laplaceInWords(variant.laplace);
  return `It is asked otherwise, by ${variant.title}; an image costs what ${passes ?? variant.passes} passes through the network do.`;
}

function laplaceInWords({ kind, priorPrecision, precisionBy, logEvidence, ...of }: LaplaceResults): string {
  const hessian = kind === "full" ? "full Hessian" : "Hessian as a Kronecker product";
  const by = precisionBy === "evidence" ? "which has the largest evidence" : "which was given";
  const evidence = logEvidence === undefined ? "" : ` (log evidence ${logEvidence.toFixed(1)})`;
  const answer = of.samples ? `the mean over ${of.samples} samples` : "by the probit approximation";
  return `Its last layer is a Gaussian, by a Laplace approximation (${hessian}) with prior precision ${toPrecision(priorPrecision)}, ${by}${evidence}; the training images settle ${of.effectiveParameters.toFixed(0)} of its ${of.parameters} parameters. Its answer is ${answer}, and costs no further pass through the network.`;
}

const toPrecision = (value: number): string => String(Number(value.toPrecision(3)));

function ensembleInWords(results: Results, members: readonly string[]): string {
  const { combination, passes = members.length } = results;
  const mean = combination === "logits" ? "mean of the logits" : "mean of the probabilities";
  return `Its answer is the ${mean} of ${members.length} networks (${memberNames(members)}); an image costs ${passes} passes through a network. How far they disagree is its uncertainty.`;
}

/** The arms where no figure has them as its key. */
export const whatTheArmsAre = (study: ReportedStudy): Html =>
  html`<section id="arms"><h2>What was compared</h2>${armsInWords(study)}</section>`;
