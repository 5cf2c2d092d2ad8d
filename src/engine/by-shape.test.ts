import { numpy as np } from "@jax-js/jax";
import { afterAll, describe, expect, test } from "vitest";
import { HostArray } from "../core/host-array.ts";
import { Random } from "../core/random.ts";
import { compileByShape } from "./by-shape.ts";
import { runOracle } from "./oracle.ts";
import { normalArrays } from "./testing.ts";

const normal = normalArrays(new Random("by-shape.test"));

interface Weights {
  readonly first: np.Array;
  readonly second: np.Array;
}
interface Fed {
  readonly x: np.Array;
  readonly shift?: np.Array;
}

const network = ({ first, second }: Weights, { x, shift }: Fed) => {
  const hidden = np.tanh(np.matmul(x, first));
  const outputs = np.matmul(hidden, second);
  return shift ? np.add(outputs, shift) : outputs;
};

// Longer than ONNX Runtime's blocks of 128: there, products by constants in the kernels' order would round otherwise.
const weights = () => ({ first: normal(300, 200), second: normal(200, 3) });
const held = weights();
const average = weights();
const batch = normal(5, 300);
const answer = (by: typeof held, fed: { x: HostArray; shift?: HostArray }) => runOracle(network, [by, fed] as never);

describe("weights that are held", () => {
  const holding = compileByShape(network, { hold: held, threads: 1 });
  const giving = compileByShape(network, { threads: 1 });
  afterAll(async () => {
    await holding.dispose();
    await giving.dispose();
  });

  test("to the last bit what weights give that are arguments, and what jax-js gives", async () => {
    const { data } = await holding.run(held, { x: batch });
    expect(data).toEqual((await giving.run(held, { x: batch })).data);
    const expected = (await answer(held, { x: batch })) as HostArray;
    for (const [i, value] of expected.data.entries()) expect(data[i]).toBeCloseTo(value, 3);
  });

  test("others are their own, between runs of the held ones: the last, the average, the last moved", async () => {
    const before = await holding.run(held, { x: batch });
    const byAverage = await holding.run(average, { x: batch });
    expect(byAverage.data).toEqual((await giving.run(average, { x: batch })).data);
    expect(byAverage.data).not.toEqual(before.data);
    expect((await holding.run(held, { x: batch })).data).toEqual(before.data);

    // A training step writes into arrays that an earlier run was by.
    (average.second.data as Float32Array).fill(0);
    expect([...(await holding.run(average, { x: batch })).data]).toEqual(Array(15).fill(0));
    expect((await holding.run({ ...held, second: average.second }, { x: batch })).data).toEqual(new Float32Array(15));
    expect((await holding.run(held, { x: batch })).data).toEqual(before.data);
  });
});

test("of large weights only so many programs have copies; the others are given them", async () => {
  const large = { weight: HostArray.float32([3000, 3000], new Float32Array(9e6).fill(1)) };
  const programs = compileByShape(({ weight }: { weight: np.Array }, x: np.Array) => np.matmul(x, weight), {
    hold: large,
    threads: 1,
  });
  const sum = async (rows: number) =>
    (await programs.run(large, HostArray.float32([rows, 3000], new Float32Array(rows * 3000).fill(1)))).data[0];
  expect([await sum(1), await sum(2)]).toEqual([3000, 3000]);
  // A copy of 36 MB there is, and no second one.
  large.weight.data.fill(2);
  expect([await sum(1), await sum(2)]).toEqual([3000, 6000]);
  await programs.dispose();
});

test("each shape has its program, and each answer its arrays; an input may be left out", async () => {
  const programs = compileByShape(network, { hold: held, threads: 1 });
  const shift = normal(3);
  // More shapes than are kept, and each again.
  for (const count of [1, 2, 3, 4, 5, 6, 1, 6]) {
    const x = normal(count, 300);
    const [plain, shifted] = await Promise.all([programs.run(held, { x }), programs.run(held, { x, shift })]);
    expect(plain.shape).toEqual([count, 3]);
    for (const [i, value] of plain.data.entries())
      expect(shifted.data[i]).toBeCloseTo(value + (shift.data[i % 3] as number), 3);
  }
  await programs.dispose();
});

test("what cannot be compiled is tried again; arrays of another shape are refused", async () => {
  let failing = true;
  const programs = compileByShape(
    (given: Weights, fed: Fed) => {
      if (failing) throw new Error("not yet");
      return network(given, fed);
    },
    { hold: held, threads: 1 },
  );
  await expect(programs.run(held, { x: batch })).rejects.toThrow("not yet");
  failing = false;
  expect((await programs.run(held, { x: batch })).shape).toEqual([5, 3]);
  await programs.run(average, { x: batch });
  const narrower = { ...average, second: normal(200, 2) };
  await expect(programs.run(narrower, { x: batch })).rejects.toThrow(/second is float32\[200,2\], compiled for/);
  await programs.dispose();
});
