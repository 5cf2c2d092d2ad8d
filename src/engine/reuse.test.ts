import { nn, numpy as np, valueAndGrad } from "@jax-js/jax";
import { expect, test } from "vitest";
import type { HostArray } from "../core/host-array.ts";
import { Random } from "../core/random.ts";
import { compile } from "./compile.ts";
import { flattenTree } from "./jax-backend.ts";
import { normalArrays } from "./testing.ts";

const normal = normalArrays(new Random("reuse.test"));

const loss = (w: Record<string, np.Array>, x: np.Array) =>
  np.mean(np.square(np.matmul(nn.relu(np.add(np.matmul(x, w.first), w.bias)), w.second)));

/** A step whose result is the next step's argument; also returns an argument, a constant, and one value twice. */
const step = (w: Record<string, np.Array>, x: np.Array) => {
  const [value, gradient] = valueAndGrad(loss)(
    Object.fromEntries(Object.entries(w).map(([key, array]) => [key, array.ref])) as typeof w,
    x.ref,
  );
  const moved = Object.fromEntries(
    Object.entries(w).map(([key, array]) => [key, np.subtract(array, np.multiply(gradient[key], 0.1))]),
  );
  return { moved, loss: value.ref, again: [value], x, constant: np.arange(3), none: np.zeros([0, 2]) };
};
const weights = { first: normal(5, 7), bias: normal(7), second: normal(7, 3) };
const x = normal(4, 5);
const arraysOf = (tree: unknown) => flattenTree<HostArray>(tree)[0];
const copyOf = (tree: unknown) => arraysOf(tree).map(({ data }) => [...data]);

test("results written into earlier ones: the same memory, and bit for bit what fresh ones hold", async () => {
  const program = await compile(step, [weights, x], { threads: 1 });
  let w: any = weights;
  const fresh: number[][][] = [];
  for (let i = 0; i < 6; i++) {
    const result = await program.run([w, x]);
    fresh.push(copyOf(result));
    w = result.moved;
  }

  w = weights;
  let [spare, last]: any[] = [];
  for (let i = 0; i < 6; i++) {
    const result = await program.run([w, x], { into: spare });
    expect(copyOf(result)).toEqual(fresh[i]);
    arraysOf(spare ?? result).forEach((array, j) => {
      expect(arraysOf(result)[j]).toBe(array);
    });
    [spare, last] = [last, result];
    w = result.moved;
  }
  await program.dispose();
});

test("a result without `into` is the caller's: later runs leave it alone", async () => {
  const program = await compile(step, [weights, x], { threads: 1 });
  const first: any = await program.run([weights, x]);
  const before = copyOf(first);
  const second: any = await program.run([first.moved, x]);
  await program.run([second.moved, x], { into: await program.run([weights, x]) });
  expect(copyOf(first)).toEqual(before);
  await program.dispose();
});

test("memory that would be read and written, written twice, or does not fit is refused by name", async () => {
  const program = await compile(step, [weights, x], { threads: 1 });
  const result: any = await program.run([weights, x]);
  await expect(program.run([result.moved, x], { into: result })).rejects.toThrow(
    "program: into.moved.first shares memory with an argument or another output",
  );
  await expect(program.run([weights, x], { into: { ...result, again: [result.loss] } })).rejects.toThrow(
    "program: into.again.0 shares memory",
  );
  await expect(program.run([weights, x], { into: { ...result, loss: x } })).rejects.toThrow(
    "program: into.loss is float32[4,5], compiled for float32[]",
  );
  await program.dispose();
});

test("1,000 steps of 2 MB of weights leave the process no larger than 100 did", async () => {
  const large = { first: normal(512, 512), bias: normal(512), second: normal(512, 512) };
  const input = normal(2, 512);
  const program = await compile(step, [large, input], { threads: 1 });
  const residentMiB = () => process.memoryUsage.rss() / 2 ** 20;
  let w: any = large;
  let [spare, last]: any[] = [];
  let after100 = 0;
  for (let i = 1; i <= 1000; i++) {
    const result: any = await program.run([w, input], { into: spare });
    [spare, last] = [last, result];
    w = result.moved;
    if (i === 100) after100 = residentMiB();
  }
  // A single array of 4 bytes × 512 × 512 left behind a step would be 900 MiB.
  expect(residentMiB() - after100).toBeLessThan(24);
  await program.dispose();
});
