import { numpy as np } from "@jax-js/jax";
import { expect, test } from "vitest";
import { HostArray, type HostArrays } from "../core/index.ts";
import type { Arrays } from "../models/index.ts";
import { networkPrograms } from "./network-programs.ts";

const outputs = ({ params, state }: Record<"params" | "state", Arrays>, { x }: Arrays) =>
  np.add(np.multiply(x, params.weight), state.mean);
const two = (a: number, b: number) => HostArray.float32([2], [a, b]);
const x = two(1, 10);

test("weights that are held are constants, however they are handed over; all others are those of the run", async () => {
  const checkpoint = { params: { weight: two(2, 3) }, state: { mean: two(0, 1) }, slots: { momentum: two(5, 5) } };
  const programs = networkPrograms(outputs, { hold: checkpoint, threads: 1 });
  const by = async (params: HostArrays, state: HostArrays) => [...(await programs.run({ params, state }, { x })).data];
  const { params, state } = checkpoint;
  expect([...(await programs.run(checkpoint, { x })).data]).toEqual([2, 31]);
  expect(await by(params, { mean: two(7, 7) })).toEqual([9, 37]);
  expect(await by({ weight: two(-1, 0) }, state)).toEqual([-1, 1]);
  // Only constants are what they were.
  params.weight.data.fill(100);
  expect(await by(params, state)).toEqual([2, 31]);
  expect(await by({ ...params }, state)).toEqual([100, 1001]);
  await programs.dispose();
});

test("weights that training moves in place are read anew in each run", async () => {
  const programs = networkPrograms(outputs, { threads: 1 });
  const moved = { params: { weight: two(2, 3) }, state: { mean: two(0, 1) }, slots: { momentum: two(5, 5) } };
  const average = { params: { weight: two(0, 1) }, state: { mean: two(4, 4) } };
  const run = async (variables: typeof average) => [...(await programs.run(variables, { x })).data];
  expect([await run(moved), await run(average)]).toEqual([
    [2, 31],
    [4, 14],
  ]);
  moved.params.weight.data.fill(-1);
  expect([await run(moved), await run(average)]).toEqual([
    [-1, -9],
    [4, 14],
  ]);
  await programs.dispose();
});
