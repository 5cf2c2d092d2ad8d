/** A smooth function: writes its gradient, returns its value. */
export type Objective = (point: Float64Array, gradient: Float64Array) => number;

export interface Minimum {
  readonly point: Float64Array;
  readonly value: number;
  readonly iterations: number;
  /** Whether the largest entry of the gradient is below 1e-6. */
  readonly converged: boolean;
}

const MEMORY = 12;
const CONVERGED = 1e-6;
/** Of the sufficient decrease and of the curvature (Nocedal & Wright 2006, equation 3.6). */
const [DECREASE, CURVATURE] = [1e-4, 0.9];

/**
 * L-BFGS with a bisection line search for the weak Wolfe conditions (Nocedal & Wright 2006, algorithms 7.4 and 3.5 in
 * its simplest form), until the gradient is below `tolerance` or no step lowers the value any more, which in floating
 * point may come first. The value never rises. Problems here are convex with at most a few thousand unknowns.
 */
export function minimize(
  objective: Objective,
  start: Float64Array,
  { tolerance = 1e-8, maxIterations = 1000 } = {},
): Minimum {
  const size = start.length;
  let point = start.slice();
  let gradient = new Float64Array(size);
  let value = objective(point, gradient);
  const steps: { s: Float64Array; y: Float64Array; rho: number }[] = [];
  const flat = (below: number) => gradient.every((entry) => Math.abs(entry) < below);
  let iterations = 0;
  while (!flat(tolerance) && iterations < maxIterations) {
    const direction = descent(gradient, steps);
    const slope = dot(direction, gradient);
    const next = new Float64Array(size);
    const nextGradient = new Float64Array(size);
    let nextValue = value;
    let [low, high] = [0, Number.POSITIVE_INFINITY];
    let length = steps.length > 0 ? 1 : Math.min(1, 1 / Math.sqrt(dot(gradient, gradient)));
    let accepted = false;
    for (let tries = 0; tries < 60; tries++) {
      for (let i = 0; i < size; i++) next[i] = point[i] + length * direction[i];
      nextValue = objective(next, nextGradient);
      if (!(nextValue <= value + DECREASE * length * slope)) high = length;
      else if (dot(nextGradient, direction) < CURVATURE * slope) low = length;
      else {
        accepted = true;
        break;
      }
      length = Number.isFinite(high) ? (low + high) / 2 : 2 * length;
    }
    // At the limit of floating point no step meets the conditions any more; one that does not rise may still be taken.
    if (!accepted && !(nextValue <= value)) break;
    const s = next.map((entry, i) => entry - point[i]);
    const y = nextGradient.map((entry, i) => entry - gradient[i]);
    const curvature = dot(s, y);
    if (curvature > 0) {
      steps.push({ s, y, rho: 1 / curvature });
      if (steps.length > MEMORY) steps.shift();
    }
    [point, gradient, value] = [next, nextGradient, nextValue];
    iterations++;
    if (!accepted) break;
  }
  return { point, value, iterations, converged: flat(CONVERGED) };
}

/** −H·g by the two-loop recursion. */
function descent(gradient: Float64Array, steps: readonly { s: Float64Array; y: Float64Array; rho: number }[]) {
  const q = gradient.slice();
  const alphas = new Float64Array(steps.length);
  for (let k = steps.length - 1; k >= 0; k--) {
    const { s, y, rho } = steps[k];
    alphas[k] = rho * dot(s, q);
    for (let i = 0; i < q.length; i++) q[i] -= alphas[k] * y[i];
  }
  const last = steps.at(-1);
  const scale = last ? 1 / (last.rho * dot(last.y, last.y)) : 1;
  for (let i = 0; i < q.length; i++) q[i] *= scale;
  for (const [k, { s, y, rho }] of steps.entries()) {
    const beta = rho * dot(y, q);
    for (let i = 0; i < q.length; i++) q[i] += (alphas[k] - beta) * s[i];
  }
  return q.map((entry) => -entry);
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}
