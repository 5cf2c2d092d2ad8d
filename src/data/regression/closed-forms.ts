/** A function of known form on a box. */
export interface ClosedForm {
  readonly title: string;
  /** Inputs where `dimension` is not given. */
  readonly dimension: number;
  /** Fewest and most inputs that it takes. */
  readonly dimensions: readonly [fewest: number, most: number];
  /** The interval of each input. */
  domain(input: number): readonly [from: number, to: number];
  /** @param x [D] */
  value(x: Float64Array): number;
}

const { PI, sin, cos, exp, sqrt } = Math;

const oneInput = (title: string, from: number, to: number, value: (x: number) => number): ClosedForm => ({
  title,
  dimension: 1,
  dimensions: [1, 1],
  domain: () => [from, to],
  value: ([x]) => value(x),
});

/** sin 2πx on [0, 1], the 1-D example of ΔUQ (NeurIPS 2022, 2207.07235). */
const sine = oneInput("sin 2πx", 0, 1, (x) => sin(2 * PI * x));

/** sin x · cos 5x · cos 22x on [−1, 2], an objective of ΔUQ's Bayesian optimisation and of PAGER. */
const oscillation = oneInput("sin x · cos 5x · cos 22x", -1, 2, (x) => sin(x) * cos(5 * x) * cos(22 * x));

/** x² where x < 2.25 or x > 3.01, else x² − 20 (PAGER, ICML 2024, 2309.10977); the interval [0, 5] is ours. */
const brokenSquare = oneInput("x², less 20 from 2.25 to 3.01", 0, 5, (x) =>
  x < 2.25 || x > 3.01 ? x * x : x * x - 20,
);

/** Ackley (1987) with a = 20, b = 0.2, c = 2π on [−5, 5] for each input, as ΔUQ has it; its minimum is 0 at 0. */
const ackley: ClosedForm = {
  title: "Ackley",
  dimension: 2,
  dimensions: [1, 1000],
  domain: () => [-5, 5],
  value(x) {
    const squares = x.reduce((sum, v) => sum + v * v, 0) / x.length;
    const waves = x.reduce((sum, v) => sum + cos(2 * PI * v), 0) / x.length;
    return 20 + Math.E - 20 * exp(-0.2 * sqrt(squares)) - exp(waves);
  },
};

/** Six-hump camel (Dixon and Szegő 1978) on [−3, 3] × [−2, 2]; its minimum is −1.0316 at (0.0898, −0.7126). */
const camel: ClosedForm = {
  title: "Six-hump camel",
  dimension: 2,
  dimensions: [2, 2],
  domain: (input) => (input === 0 ? [-3, 3] : [-2, 2]),
  value: ([x, y]) => (4 - 2.1 * x ** 2 + x ** 4 / 3) * x ** 2 + x * y + (4 * y ** 2 - 4) * y ** 2,
};

/** Levy (Laguna and Martí 2005) on [−10, 10] for each input; its minimum is 0 at (1, …, 1). */
const levy: ClosedForm = {
  title: "Levy",
  dimension: 2,
  dimensions: [1, 1000],
  domain: () => [-10, 10],
  value(x) {
    const w = x.map((v) => 1 + (v - 1) / 4);
    const last = w[w.length - 1];
    let sum = sin(PI * w[0]) ** 2 + (last - 1) ** 2 * (1 + sin(2 * PI * last) ** 2);
    for (const v of w.subarray(0, -1)) sum += (v - 1) ** 2 * (1 + 10 * sin(PI * v + 1) ** 2);
    return sum;
  },
};

/**
 * 10 sin(π x₁x₂) + 20 (x₃ − 0.5)² + 10 x₄ + 5 x₅ on [0, 1] for each input (Friedman 1991, MARS); inputs from the sixth
 * on have no effect. Friedman adds noise of standard deviation 1.
 */
const friedman1: ClosedForm = {
  title: "Friedman 1",
  dimension: 10,
  dimensions: [5, 1000],
  domain: () => [0, 1],
  value: (x) => 10 * sin(PI * x[0] * x[1]) + 20 * (x[2] - 0.5) ** 2 + 10 * x[3] + 5 * x[4],
};

/** Every function by the name that the user types. */
export const closedForms = {
  sine,
  oscillation,
  "broken-square": brokenSquare,
  ackley,
  camel,
  levy,
  friedman1,
} as const satisfies Record<string, ClosedForm>;

export type ClosedFormName = keyof typeof closedForms;
/**
 * The names of the made regression data sets that have a formula.
 * @example
 * console.log(closedFormNames); // what `loadRegressionData({ name: "closed-form", … })` can be asked for
 */
export const closedFormNames = Object.keys(closedForms) as ClosedFormName[];
