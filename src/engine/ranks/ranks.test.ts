import { grad, jit, lax, nn, numpy as np, vmap } from "@jax-js/jax";
import { describe, expect, test } from "vitest";
import { HostArray } from "../../core/host-array.ts";
import { Random } from "../../core/random.ts";
import { meanOverRanks } from "../../models/index.ts";
import { inOneProcess } from "../../train/group/in-process.ts";
import { blockSize } from "../blocked/probe.ts";
import { compile, graphOf, modelOf } from "../compile.ts";
import { flattenTree } from "../jax-backend.ts";
import { compileLoop } from "../loop.ts";
import { runOracle } from "../oracle.ts";
import { expectCompiledEqualsOracle, normalArrays, relativeError } from "../testing.ts";
import { trace } from "../trace.ts";
import { handedOver } from "./handed-over.ts";
import { sectionsOf } from "./sections.ts";

const block = await blockSize();
const normal = normalArrays(new Random("ranks.test"));

type Mean = (x: np.Array) => np.Array;
const nothing: Mean = (x) => x;

/** The loss of activations normalised over rows, which no rank has all of. */
const normalisedLoss =
  (mean: Mean) =>
  (w: np.Array, x: np.Array): np.Array => {
    const y = np.matmul(x, w);
    const centred = np.subtract(y.ref, mean(np.mean(y, 0)));
    const variance = mean(np.mean(np.square(centred.ref), 0));
    return np.mean(np.sin(np.multiply(centred, np.reciprocal(np.sqrt(np.add(variance, 0.1))))));
  };

const convolution = (x: np.Array, w: np.Array) => {
  const around: [number, number] = [1, 1];
  return lax.conv(x, w, [1, 1], [around, around]);
};
/** The same of pixels, on values that the blocked back-end holds; a shortcut leaves a gradient that is not all cancelled. */
const blockedLoss =
  (mean: Mean) =>
  (w: np.Array, x: np.Array, v: np.Array): np.Array => {
    const perChannel = (u: np.Array) => np.reshape(u, [1, -1, 1, 1]);
    const y = convolution(x, w);
    const centred = np.subtract(y.ref, perChannel(mean(np.mean(y.ref, [0, 2, 3]))));
    const variance = mean(np.mean(np.square(centred.ref), [0, 2, 3]));
    const scale = perChannel(np.reciprocal(np.sqrt(np.add(variance, 1e-5))));
    return np.mean(np.square(convolution(nn.relu(np.add(np.multiply(centred, scale), y)), v)));
  };

const gradient = (loss: (mean: Mean) => (...args: any[]) => np.Array) => (mean: Mean) => grad(loss(mean) as never);

describe("without ranks a mean over them is nothing: the model's bytes are those without it", () => {
  const matrices = [normal(3, 2), normal(4, 3)];
  const images = [normal(16, 3, 3, 3), normal(2, 3, 8, 8), normal(16, 16, 3, 3)];
  const cases: Record<string, [(mean: Mean) => (...args: any[]) => unknown, HostArray[]]> = {
    forward: [normalisedLoss, matrices],
    gradient: [gradient(normalisedLoss), matrices],
    "inside a jit": [(mean) => jit(gradient(normalisedLoss)(mean) as never) as never, matrices],
    "a returned one": [(mean) => (x: np.Array) => [mean(x.ref), mean(np.exp(x))], [normal(3)]],
    convolutions: [gradient(blockedLoss), images],
  };
  test.each(Object.entries(cases))("%s", async (_name, [fn, args]) => {
    const [marked, plain] = [await trace(fn(meanOverRanks), args), await trace(fn(nothing), args)];
    expect(marked.equations.length).toBeGreaterThan(plain.equations.length);
    for (const options of [{}, { block }, { without: ["dead-code", "data-movement"] }])
      expect(Buffer.compare(modelOf(marked, options), modelOf(plain, options)), JSON.stringify(options)).toBe(0);
  });

  test("mapped, where its reshapes bring the mapped axis to the front: the same numbers, and nothing is flipped", async () => {
    const fn = (mean: Mean) => vmap(gradient(normalisedLoss)(mean) as never, [0, 0]) as never;
    const args = [normal(5, 3, 2), normal(5, 4, 3)];
    const { nodes } = graphOf(await trace(fn(meanOverRanks), args));
    expect(nodes.map(({ op }) => op)).not.toContain("Slice");
    const calls: number[] = [];
    const meanOverOne = async (values: Float32Array) => void calls.push(values.length);
    await expectCompiledEqualsOracle(fn(meanOverRanks), args);
    await expectCompiledEqualsOracle(fn(meanOverRanks), args, 1e-5, "wasm", { meanOverRanks: meanOverOne });
    expect(calls).toEqual(Array(4).fill(10));
  });

  test("what is exported of a program of several ranks is that, too", async () => {
    const program = await compile(gradient(normalisedLoss)(meanOverRanks), matrices as never, {
      threads: 1,
      meanOverRanks: async () => {},
    });
    expect(program.toOnnx()).toEqual(modelOf(await trace(gradient(normalisedLoss)(nothing), matrices)));
    await program.dispose();
  });
});

describe("two ranks with half of the rows each: the gradients' mean is that of all rows", () => {
  const cases: Record<string, [(mean: Mean) => (...args: any[]) => np.Array, number[], HostArray[]]> = {
    matrices: [normalisedLoss, [8, 3], [normal(3, 2)]],
    convolutions: [blockedLoss, [4, 3, 8, 8], [normal(16, 3, 3, 3), normal(16, 16, 3, 3)]],
  };
  for (const backend of ["portable", ...(block ? ["blocked" as const] : [])] as const)
    test.each(Object.entries(cases))(`%s, ${backend}`, async (_name, [loss, shape, [w, ...more]]) => {
      const x = normal(...shape);
      const expected = await runOracle<HostArray>(gradient(loss)(nothing), [w, x, ...more]);
      const half = [shape[0] / 2, ...shape.slice(1)];
      const size = x.data.length / 2;
      const told = await inOneProcess(2, async (group) => {
        const rows = x.data.slice(group.rank * size, (group.rank + 1) * size) as Float32Array;
        const args = [w, HostArray.float32(half, rows), ...more];
        const calls: number[] = [];
        const program = await compile<any[], any>(gradient(loss)(meanOverRanks) as never, args, {
          backend,
          threads: 1,
          meanOverRanks(values) {
            calls.push(values.length);
            return group.mean(values);
          },
        });
        const result: HostArray<"float32"> = await program.run(args);
        // Another run, in the same memory, is the same.
        expect(await program.run(args)).toEqual(result);
        await program.dispose();
        await group.mean(result.data);
        return { result, calls };
      });
      const channels = shape.length === 2 ? 2 : 16;
      for (const { result, calls } of told) {
        expect(relativeError(result, expected)).toBeLessThan(1e-6);
        // Mean and variance, and the gradients of both; in each of two runs.
        expect(calls).toEqual(Array(8).fill(channels));
      }
    });
});

/** Runs a program once whose ranks all have the same but for what `mean` makes of it. */
async function runCounting(
  fn: (...args: any[]) => unknown,
  args: readonly HostArray[],
  mean?: (x: Float32Array) => void,
) {
  const calls: number[] = [];
  const program = await compile<any[], any>(fn as never, args as never, {
    threads: 1,
    meanOverRanks: async (values) => {
      calls.push(values.length);
      mean?.(values);
    },
  });
  const results = await program.run([...args]);
  await program.dispose();
  return { results, calls };
}

describe("which means are taken together", () => {
  test("of branches that don't know each other: one call", async () => {
    const fn = (x: np.Array, y: np.Array) => {
      const [a, b] = [meanOverRanks(np.exp(x)), meanOverRanks(np.sin(y.ref))];
      return np.add(np.multiply(np.sum(a), b), y);
    };
    expect((await runCounting(fn, [normal(3), normal(4)])).calls).toEqual([7]);
  });

  test("of the same operand: one mean", async () => {
    const fn = (x: np.Array) => [meanOverRanks(np.exp(x.ref)), np.sin(meanOverRanks(np.exp(x)))];
    expect((await runCounting(fn, [normal(3)])).calls).toEqual([3]);
  });

  test("of a mean: one after the other", async () => {
    const fn = (x: np.Array) => meanOverRanks(np.exp(meanOverRanks(np.sum(x, 0))));
    const add = (values: Float32Array) => values.set(values.map((value) => value + 1));
    const { calls, results } = await runCounting(fn, [HostArray.zeros([2, 3])], add);
    expect(calls).toEqual([3, 3]);
    expect([...results.data].map((value) => value.toFixed(5))).toEqual(Array(3).fill((Math.E + 1).toFixed(5)));
  });

  test("mapped: one mean of all", async () => {
    const fn = vmap((x: np.Array) => np.sin(meanOverRanks(np.exp(x))), [0]);
    expect((await runCounting(fn, [normal(5, 3)])).calls).toEqual([15]);
  });

  test("what nobody reads is not averaged", async () => {
    const fn = (x: np.Array) => {
      meanOverRanks(np.exp(x.ref)).dispose();
      return np.sin(x);
    };
    expect((await runCounting(fn, [normal(3)])).calls).toEqual([]);
  });
});

test("inputs, constants, reshapes, other types and means can be averaged, returned, and returned twice", async () => {
  const fn = (x: np.Array, n: np.Array) => {
    const constant = np.array([1, 2, 3]);
    const mean = meanOverRanks(x.ref);
    const wide = np.multiply(n.ref, n.ref);
    const later = np.add(np.multiply(np.reshape(mean.ref, [3]), meanOverRanks(constant.ref)), wide.astype(np.float32));
    return {
      ...{ x: x.ref, constant, mean: mean.ref, again: [mean.ref, later.ref, later.ref, later], n, wide },
      ...{ turned: np.reshape(np.exp(x), [3, 1]), twice: meanOverRanks(meanOverRanks(mean)) },
    };
  };
  const args = [normal(1, 3), new HostArray("uint32", [3], Uint32Array.of(1, 70_000, 3))];
  const { results, calls } = await runCounting(fn, args);
  const [actual] = flattenTree<HostArray>(results);
  const [expected] = flattenTree<HostArray>(await runOracle(fn, args));
  expect(actual.map(({ dtype, shape }) => `${dtype}[${shape}]`)).toEqual(
    expected.map(({ dtype, shape }) => `${dtype}[${shape}]`),
  );
  for (const [i, array] of actual.entries()) expect(relativeError(array, expected[i])).toBeLessThan(1e-6);
  expect(calls).toEqual([6, 3, 3]);
});

test("a mean that fails ends the run, and the next one begins anew; runs wait for one another", async () => {
  let fails = true;
  let inside = 0;
  const fn = (x: np.Array) => np.sin(meanOverRanks(np.exp(x)));
  const x = normal(3);
  const program = await compile(fn, [x], {
    threads: 1,
    async meanOverRanks() {
      expect(++inside).toBe(1);
      await new Promise((resolve) => setTimeout(resolve, 5));
      inside--;
      if (fails) throw new Error("rank 1 has left");
    },
  });
  await expect(program.run([x])).rejects.toThrow("rank 1 has left");
  fails = false;
  const [one, other] = await Promise.all([program.run([x]), program.run([normal(3)])]);
  expect(relativeError(one, await runOracle(fn, [x]))).toBeLessThan(1e-6);
  expect(one).not.toEqual(other);
  await program.dispose();
});

test("in a loop", async () => {
  const step = ({ w, x }: { w: np.Array; x: np.Array }) => ({ w: np.add(w, meanOverRanks(np.sum(x, 0))) });
  const example = { w: HostArray.zeros([3]), x: normal(4, 3) };
  const double = async (values: Float32Array) => values.set(values.map((value) => 2 * value));
  const loop = await compileLoop(step, example, { carry: ["w"], threads: 1, meanOverRanks: double });
  const ones = HostArray.float32([4, 3], Array(12).fill(1));
  for (let i = 0; i < 3; i++) await loop.step({ x: ones });
  expect([...(await loop.read()).w.data]).toEqual([24, 24, 24]);
  await loop.dispose();
});

test("200 runs that hand over 2 MB leave the process no larger than 20 did", async () => {
  const fn = (x: np.Array) => np.multiply(np.exp(x.ref), meanOverRanks(np.sum(np.exp(x))));
  const x = normal(512, 1024);
  const program = await compile(fn, [x], { threads: 1, meanOverRanks: async () => {} });
  const into = await program.run([x]);
  const residentMiB = () => process.memoryUsage.rss() / 2 ** 20;
  let after20 = 0;
  for (let i = 1; i <= 200; i++) {
    await program.run([x], { into });
    if (i === 20) after20 = residentMiB();
  }
  // What is left behind a run would be 360 MiB.
  expect(residentMiB() - after20).toBeLessThan(24);
  await program.dispose();
});

test("numbers that are not float32 are refused", async () => {
  await expect(trace((x) => meanOverRanks(x), [new HostArray("int32", [2], Int32Array.of(1, 2))])).rejects.toThrow(
    "meanOverRanks: int32[2] is not float32",
  );
});

/** What is cut out of a function. */
async function cut(fn: (...args: any[]) => unknown, args: readonly HostArray[]) {
  const { graph, outputs, nodes } = graphOf(await trace(fn, args), { ranks: true });
  return sectionsOf(graph.initializers, outputs, nodes);
}

describe("what sections hand over", () => {
  const sizes = (tensors: readonly { shape: readonly number[] }[]) => tensors.map(({ shape }) => `${shape}`).sort();

  test("only what later ones read; a small sum rather than what it is of", async () => {
    const fn = (x: np.Array, y: np.Array) => {
      const large = np.exp(x);
      const scale = meanOverRanks(np.sum(np.sin(large.ref)));
      return np.multiply(np.multiply(np.sum(large, 0), scale), y);
    };
    const { sections } = await cut(fn, [normal(50, 4), normal(4)]);
    expect(sections.map(({ inputs, outputs }) => [sizes(inputs), sizes(outputs)])).toEqual([
      [["50,4"], ["", "4"]],
      [["1,1,1,1,1,1", "4", "4"], ["4"]],
    ]);
  });

  test("a mask is made where it is read, of what is handed over anyway", async () => {
    const fn = (x: np.Array) => {
      const y = np.exp(x);
      const mask = np.greater(y.ref, 1).astype(np.float32);
      return np.multiply(np.multiply(np.sin(y.ref), meanOverRanks(np.sum(y))), mask);
    };
    const { sections } = await cut(fn, [normal(50)]);
    expect(sections.map(({ outputs }) => sizes(outputs))).toEqual([["", "50"], ["50"]]);
    expect(sections[1].nodes.map(({ op }) => op)).toContain("Less");
  });

  test("in memory that is used again once it is read", async () => {
    const fn = (x: np.Array) => {
      let y = x;
      for (let i = 0; i < 8; i++) {
        const z = np.exp(np.matmul(y, np.add(np.eye(6), i)));
        y = np.multiply(z.ref, meanOverRanks(np.mean(z, 0)));
      }
      return y;
    };
    const all = await cut(fn, [normal(50, 6)]);
    const large = [...handedOver(all).values()].filter(({ data }) => data.length === 300);
    expect(large).toHaveLength(8);
    expect(new Set(large.map(({ data }) => data.buffer)).size).toBe(2);
  });
});
