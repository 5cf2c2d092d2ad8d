import type { numpy as np } from "@jax-js/jax";
import { expect, test } from "vitest";
import { HostArray, Random } from "../../core/index.ts";
import { runOracle } from "../../engine/index.ts";
import { expectCompiledEqualsOracle } from "../../engine/testing.ts";
import { combineMembers } from "../../evaluate/index.ts";
import type { Arrays } from "../../models/index.ts";
import { classification } from "./classification.ts";

const [N, M, K] = [4, 3, 5];
const random = new Random("members");
const normal = (...shape: number[]) =>
  HostArray.float32(
    shape,
    Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => 3 * random.normal()),
  );
const task = classification(undefined, M);
const outputs = normal(N, M * K);
const memberOf = (m: number) =>
  Float32Array.from({ length: N * K }, (_, i) => outputs.data[Math.floor(i / K) * M * K + m * K + (i % K)]);

/** −log softmax of a row at a label. */
function nll(row: readonly number[], label: number): number {
  return Math.log(row.reduce((sum, logit) => sum + Math.exp(logit), 0)) - row[label];
}

test.each([
  ["an example's targets are all members'", 1],
  ["each member has targets of its own", M],
])("the loss is the mean over members, and so is what is counted: %s", async (_, own) => {
  const labels = Array.from({ length: N * own }, () => random.integer(K));
  const targets = HostArray.float32(
    [N, own * K],
    labels.flatMap((label) => Array.from({ length: K }, (_, k) => Number(k === label))),
  );
  const truth = HostArray.float32(own === 1 ? [N] : [N, own], labels);
  const learn = (outputs: np.Array, targets: np.Array, truth: np.Array) =>
    task.loss({ outputs }, { targets, truth }, {});
  const { loss, sums } = await runOracle(learn, [outputs, targets, truth]);
  let [sum, correct] = [0, 0];
  for (let n = 0; n < N; n++)
    for (let m = 0; m < M; m++) {
      const row = [...memberOf(m).subarray(n * K, (n + 1) * K)];
      const label = labels[own === 1 ? n : n * M + m];
      sum += nll(row, label);
      correct += Number(row.indexOf(Math.max(...row)) === label);
    }
  expect(loss.data[0]).toBeCloseTo(sum / (N * M), 5);
  expect(sums.correct.data[0]).toBeCloseTo(correct / M, 5);
  await expectCompiledEqualsOracle(learn, [outputs, targets, truth]);
});

test("the answer in the graph is that of an ensemble of the members, where probabilities underflow too", async () => {
  const far = HostArray.float32([1, N, M * K], outputs.data.map((x) => 100 * (x as number)) as Float32Array);
  for (const [given, scale] of [
    [HostArray.float32([1, N, M * K], outputs.data as Float32Array), 1],
    [far, 100],
  ] as const) {
    const answer = (outputs: np.Array): Arrays => task.combine(outputs, {});
    const { logits } = await runOracle<{ logits: HostArray }>(answer, [given]);
    const members = Array.from({ length: M }, (_, m) => ({
      set: "drawn",
      logits: memberOf(m).map((x) => scale * x),
      labels: new Int32Array(N),
      classes: K,
    }));
    const expected = combineMembers(members).logits;
    expect(logits.shape).toEqual([N, K]);
    for (const [i, value] of expected.entries()) expect(Math.abs(logits.data[i] - value)).toBeLessThan(1e-5 * scale);
    await expectCompiledEqualsOracle(answer, [given]);
  }
});

test("members are read as logits alone", () => {
  expect(() => classification({ name: "oat", anchor: "code", detachAnchor: false, warmStartEpochs: 0 }, 2)).toThrow(
    "oat: outputs of 2 members are read as logits alone",
  );
});
