import { numpy as np } from "@jax-js/jax";
import { describe, expect, test } from "vitest";
import { HostArray } from "../core/host-array.ts";
import { compileLoop } from "./loop.ts";
import { ArraySpec } from "./program.ts";

const options = { threads: 1 } as const;
const two = (a: number, b: number) => HostArray.float32([2], [a, b]);
const numbers = ({ data }: HostArray) => [...data];

interface Inputs {
  readonly memory: { readonly count: np.Array };
  readonly add: np.Array;
  readonly scale: np.Array;
}

/** Adds `add` times `scale` to a count; says what it was. */
const count = ({ memory, add, scale }: Inputs) => ({
  before: np.add(memory.count.ref, 0),
  memory: { count: np.add(memory.count, np.multiply(add, scale)) },
});
const start = () => ({ memory: { count: two(0, 10) }, add: new ArraySpec([2]), scale: two(1, -1) });
const counter = () => compileLoop(count, start(), { carry: ["memory"], hold: ["scale"], ...options });

test("a count is carried, the scale is held: each step goes on from the last", async () => {
  const begin = start();
  const loop = await compileLoop(count, begin, { carry: ["memory"], hold: ["scale"], ...options });
  for (let step = 0; step < 5; step++) {
    const { before } = await loop.step({ add: two(1, 2) });
    expect(numbers(before)).toEqual([step, 10 - 2 * step]);
  }
  expect(numbers((await loop.read()).memory.count)).toEqual([5, 0]);
  expect(numbers(begin.memory.count)).toEqual([0, 10]);
  await loop.dispose();
});

test("two generations of arrays take turns, of what is carried and of what is told", async () => {
  const loop = await counter();
  const [carried, told] = [new Set<unknown>(), new Set<unknown>()];
  for (let step = 0; step < 6; step++) {
    const before = numbers((await loop.read()).memory.count);
    const last = (await loop.read()).memory.count;
    told.add((await loop.step({ add: two(1, 1) })).before.data.buffer);
    carried.add((await loop.read()).memory.count.data.buffer);
    expect(numbers(last)).toEqual(before);
  }
  expect([carried.size, told.size]).toEqual([2, 2]);
  await loop.dispose();
});

test("what is written is where the next step begins, and stays as it is", async () => {
  const loop = await counter();
  await loop.step({ add: two(1, 1) });
  const count = two(100, 200);
  await loop.write({ memory: { count } });
  expect(numbers((await loop.read()).memory.count)).toEqual([100, 200]);
  for (let step = 0; step < 3; step++) await loop.step({ add: two(1, 1) });
  expect(numbers((await loop.read()).memory.count)).toEqual([103, 197]);
  expect(numbers(count)).toEqual([100, 200]);
  await loop.dispose();
});

test("a loop that shares reads what the other carries, and moves what both name", async () => {
  const loop = await counter();
  const halve = ({ memory, by }: { memory: { count: np.Array }; by: np.Array }) => ({
    memory: { count: np.multiply(memory.count, by) },
  });
  const shapes = { memory: { count: new ArraySpec([2]) }, by: new ArraySpec([]) };
  const other = await compileLoop(halve, shapes, { carry: ["memory"], sharing: loop, ...options });
  for (let step = 0; step < 3; step++) {
    await loop.step({ add: two(2, -2) });
    await other.step({ by: HostArray.scalar(0.5) });
  }
  expect(numbers((await loop.read()).memory.count)).toEqual([1.75, 3]);
  expect(await other.read()).toEqual(await loop.read());
  await other.dispose();
  await loop.dispose();
});

test("a loop that is disposed runs no more", async () => {
  const loop = await counter();
  await loop.dispose();
  await expect(loop.step({ add: two(1, 1) })).rejects.toThrow();
});

describe("refused by name:", () => {
  const wide = ({ memory, add }: Inputs) => ({ memory: { count: np.concatenate([memory.count, add]) } });
  const whole = ({ memory }: Inputs) => ({ memory: { count: memory.count.astype(np.int32) } });
  const split = ({ memory }: Inputs) => ({ memory: { count: memory.count.ref, again: memory.count } });
  test.each<[string, (inputs: any) => any, object, string]>([
    ["no such input to carry", count, { carry: ["weights"] }, "weights is none of the inputs (memory, add, scale)"],
    ["no such input to hold", count, { carry: [], hold: ["anchors"] }, "anchors is none of the inputs"],
    ["no such result", count, { carry: ["scale"] }, "scale is none of the results (before, memory)"],
    ["another shape", wide, { carry: ["memory"] }, "memory.count is float32[4], but float32[2] as an input"],
    ["another dtype", whole, { carry: ["memory"] }, "memory.count is int32[2], but float32[2] as an input"],
    ["another tree", split, { carry: ["memory"] }, "memory.again is float32[2], but missing as an input"],
    ["held without arrays", count, { carry: [], hold: ["add"] }, "add is held, so the example must hold its arrays"],
  ])("%s", async (_, fn, how, message) => {
    await expect(compileLoop(fn, start(), { ...options, ...how } as never)).rejects.toThrow(message);
  });

  test("what is written in another shape, or is not carried", async () => {
    const loop = await counter();
    const write = (carried: object) => loop.write(carried as never);
    await expect(write({ memory: { count: HostArray.zeros([3]) } })).rejects.toThrow(
      "memory.count is float32[3], but float32[2] as what is carried",
    );
    await expect(write({ scale: two(1, 1) })).rejects.toThrow("scale is not carried (memory are)");
    await loop.dispose();
  });
});
