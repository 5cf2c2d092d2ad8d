import * as ort from "onnxruntime-node";
import { afterEach, expect, test, vi } from "vitest";
import { HostArray } from "../../core/host-array.ts";
import { createSession } from "./node.ts";

afterEach(() => vi.restoreAllMocks());

type Results = Record<string, { readonly data: Float32Array }>;

/** A session that answers with what `results` makes of the tensors that it is given. */
const sessionOf = (results: (inputs: Results, outputs: Results) => Results) => {
  const fake = { run: async (inputs: Results, outputs: Results) => results(inputs, outputs), release: async () => {} };
  vi.spyOn(ort.InferenceSession, "create").mockResolvedValue(fake as never);
  return createSession(new Uint8Array(0));
};
const array = (...values: number[]) => HostArray.float32([values.length], Float32Array.from(values));

test("copies that the runtime returns are given back at once", async () => {
  const copies = [Float32Array.of(1, 2), Float32Array.of(3)];
  const session = await sessionOf(() => ({ out0: { data: copies[0] }, out1: { data: copies[1] } }));
  await session.run([], [array(1, 2), array(3)]);
  expect(copies.map(({ length }) => length)).toEqual([0, 0]);
});

test.each<[string, (inputs: Results, outputs: Results) => Results]>([
  ["the outputs themselves", (_, outputs) => outputs],
  ["views of the outputs", (_, { out0, out1 }) => ({ out0: { data: out0.data.subarray(1) }, out1 })],
  ["an input that is passed through", ({ in0 }, { out1 }) => ({ out0: in0, out1 })],
])("what the caller gave stays: a runtime that returns %s", async (_, results) => {
  const [input, ...outputs] = [array(5, 6), array(1, 2), array(3)];
  const session = await sessionOf(results);
  await session.run([input], outputs);
  expect([input, ...outputs].map(({ data }) => [...data])).toEqual([[5, 6], [1, 2], [3]]);
});

test("one buffer behind two results is given back once", async () => {
  const both = Float32Array.of(1, 2);
  const session = await sessionOf(() => ({ out0: { data: both.subarray(0, 1) }, out1: { data: both.subarray(1) } }));
  await session.run([], [array(1), array(2)]);
  expect(both.length).toBe(0);
});
