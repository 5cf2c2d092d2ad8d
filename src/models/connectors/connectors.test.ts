import { grad, numpy as np } from "@jax-js/jax";
import { describe, expect, test } from "vitest";
import { HostArray, type HostArrays, Random, UserError } from "../../core/index.ts";
import { runOracle } from "../../engine/index.ts";
import { expectCompiledEqualsOracle, normalArrays, relativeError } from "../../engine/testing.ts";
import type { Arrays } from "../model.ts";
import type { SeenTokens } from "../tokens/index.ts";
import type { Connector, ConnectorOptions } from "./connector.ts";
import { type ConnectorName, connectorNames, connectorWeights, createConnector } from "./index.ts";
import { pooledPatches } from "./pooled.ts";

const [COUNT, WIDTH, HEADS, PATCHES, OUT] = [2, 8, 2, 16, 6];
const options: ConnectorOptions = {
  tower: { count: PATCHES + 1, width: WIDTH, heads: HEADS, classToken: true },
  count: 4,
  languageWidth: OUT,
  depth: 2,
  heads: 2,
  headWidth: 3,
};

function seenTokens(): { attention: HostArray; hidden: HostArray; drawn: HostArray; objects: HostArray } {
  const random = new Random("seen");
  const attention = HostArray.zeros([COUNT, HEADS, PATCHES + 1, PATCHES + 1]);
  for (let row = 0; row < attention.data.length; row += PATCHES + 1) {
    const weights = Array.from({ length: PATCHES + 1 }, () => Math.exp(2 * random.normal()));
    const sum = weights.reduce((total, value) => total + value, 0);
    weights.forEach((value, i) => {
      attention.data[row + i] = value / sum;
    });
  }
  const normal = normalArrays(random);
  const [drawn, objects] = [normal(COUNT, PATCHES), normal(COUNT, PATCHES)];
  return { attention, hidden: normal(COUNT, PATCHES + 1, WIDTH), drawn, objects };
}
const seen = seenTokens();

function weightsOf(connector: Connector): HostArrays {
  const params: HostArrays = {};
  connector.init(new Random("weights"), params, {});
  return params;
}
const applied = (connector: Connector) => (params: Arrays, given: SeenTokens) =>
  connector.apply({ params, state: {}, moved: {}, mode: "predict" }, given);

const outputs: Record<ConnectorName, number> = {
  acformer: 5,
  "learned-queries": 5,
  "pooled-queries": 5,
  "random-queries": 5,
  "average-pooling": 5,
  "c-abstractor": 4,
  evit: 6,
  direct: 5,
  oracle: 5,
  "class-token-only": 1,
};

describe.each(connectorNames)("%s", (kind) => {
  const connector = createConnector(kind, "connector", options);
  const params = weightsOf(connector);

  test("gives so many tokens; compiled ≡ jax-js", async () => {
    expect(connector.outputs).toBe(outputs[kind]);
    const given = await runOracle<HostArray>(applied(connector), [params, seen]);
    expect(given.shape).toEqual([COUNT, outputs[kind], OUT]);
    await expectCompiledEqualsOracle(applied(connector), [params, seen]);
  }, 60_000);

  test("compiled ≡ jax-js: gradients of its parameters, none of which is idle, and of the tokens", async () => {
    const target = normalArrays(new Random("target"))(COUNT, outputs[kind], OUT);
    const loss = (trained: { params: Arrays; hidden: np.Array }, others: Arrays, t: np.Array) =>
      np.sum(np.multiply(applied(connector)(trained.params, { ...others, hidden: trained.hidden } as never), t));
    const gradient = grad(loss as never) as never;
    const { hidden, ...others } = seen;
    const args = [{ params, hidden }, others, target];
    await expectCompiledEqualsOracle(gradient, args, 1e-4);
    const found = await runOracle<{ params: HostArrays; hidden: HostArray }>(gradient, args);
    for (const [name, { data }] of Object.entries({ ...found.params, hidden: found.hidden })) {
      expect(data.every(Number.isFinite), name).toBe(true);
      expect(
        data.some((value) => value !== 0),
        name,
      ).toBe(true);
    }
  }, 60_000);

  test("draws what it says; its names begin as they are told to", () => {
    const shapes = Object.entries(params).map(([name, { shape }]) => [name, shape]);
    expect(shapes).toEqual(Object.entries(connector.shapes.params));
    for (const [name] of shapes) expect(name).toMatch(/^connector\.[0-3]\./);
  });
});

test("the resampler is what the paper's code computes, by plain loops", async () => {
  const connector = createConnector("learned-queries", "c", options);
  const params = weightsOf(connector);
  const actual = await runOracle<HostArray>(applied(connector), [params, seen]);
  const p = (name: string) => params[`c.${name}`];
  type Rows = number[][];
  const rowsOf = ({ data, shape }: HostArray): Rows =>
    Array.from({ length: shape[0] }, (_, i) => [...data.subarray(i * shape[1], (i + 1) * shape[1])]);
  const times = (x: Rows, name: string): Rows => {
    const weight = rowsOf(p(`${name}.weight`));
    const bias = params[`c.${name}.bias`]?.data;
    return x.map((row) => weight.map((w, o) => w.reduce((sum, v, i) => sum + v * row[i], bias ? bias[o] : 0)));
  };
  const normalised = (x: Rows, name: string): Rows =>
    x.map((row) => {
      const mean = row.reduce((sum, v) => sum + v, 0) / row.length;
      const variance = row.reduce((sum, v) => sum + (v - mean) ** 2, 0) / row.length;
      const [weight, bias] = [p(`${name}.weight`).data, p(`${name}.bias`).data];
      return row.map((v, i) => ((v - mean) / Math.sqrt(variance + 1e-5)) * weight[i] + bias[i]);
    });
  // Abramowitz and Stegun's 7.1.26 would do to 1e-7; the series is exact at these arguments.
  const erf = (x: number) => {
    let [sum, term] = [x, x];
    for (let n = 1; n < 60; n++) {
      term *= (-x * x) / n;
      sum += term / (2 * n + 1);
    }
    return (2 / Math.sqrt(Math.PI)) * sum;
  };
  const active = (x: Rows) => x.map((row) => row.map((v) => 0.5 * v * (1 + erf(v / Math.SQRT2))));
  const added = (a: Rows, b: Rows) => a.map((row, i) => row.map((v, j) => v + b[i][j]));
  const expected = Array.from({ length: COUNT }, (_, n) => {
    const media = Array.from({ length: PATCHES + 1 }, (_, t) => {
      const at = (n * (PATCHES + 1) + t) * WIDTH;
      return [...seen.hidden.data.subarray(at, at + WIDTH)];
    });
    let queries = rowsOf(p("0.latents"));
    for (let layer = 0; layer < 2; layer++) {
      const name = `0.layers.${layer}`;
      const q = times(normalised(queries, `${name}.0.norm_latents`), `${name}.0.to_q`);
      const kv = times(normalised(media, `${name}.0.norm_media`), `${name}.0.to_kv`);
      const mixed = q.map((query) =>
        [0, 1].flatMap((head) => {
          const own = [0, 1, 2].map((i) => 3 * head + i);
          const scores = kv.map((row) => Math.exp(own.reduce((sum, i) => sum + query[i] * row[i], 0) / Math.sqrt(3)));
          const sum = scores.reduce((total, v) => total + v, 0);
          return own.map((i) => scores.reduce((total, v, t) => total + (v / sum) * kv[t][6 + i], 0));
        }),
      );
      queries = added(queries, times(mixed, `${name}.0.to_out`));
      const hidden = active(times(normalised(queries, `${name}.1.0`), `${name}.1.1`));
      queries = added(queries, times(hidden, `${name}.1.3`));
    }
    return times(active(times(normalised(queries, "0.norm"), "1")), "3");
  });
  const flat = HostArray.float32([COUNT, 5, OUT], expected.flat(2));
  expect(relativeError(actual, flat)).toBeLessThan(1e-5);
});

test("pooling takes means of equal blocks, and of overlapping ones where sides do not divide", async () => {
  const ramp = HostArray.float32(
    [1, 16, 1],
    Array.from({ length: 16 }, (_, i) => i),
  );
  const pooled = (count: number) =>
    runOracle<HostArray>((x: np.Array) => pooledPatches(x, { ...options, count }), [ramp]);
  expect([...(await pooled(4)).data]).toEqual([2.5, 4.5, 10.5, 12.5]);
  // Rows 0–1, 1–2, 2–3 of four.
  expect([...(await pooled(9)).data]).toEqual([2.5, 3.5, 4.5, 6.5, 7.5, 8.5, 10.5, 11.5, 12.5]);
});

test("EViT's last token is the sum of the others by the attention that they get", async () => {
  const connector = createConnector("evit", "c", { ...options, languageWidth: WIDTH });
  const params = weightsOf(connector);
  const identity = HostArray.float32(
    [WIDTH, WIDTH],
    Array.from({ length: WIDTH ** 2 }, (_, i) => (i % (WIDTH + 1) === 0 ? 1 : 0)),
  );
  for (const module of ["0", "2"]) {
    params[`c.${module}.weight`] = identity;
    params[`c.${module}.bias`] = HostArray.zeros([WIDTH]);
  }
  // Far above zero, GELU leaves values as they are.
  const hidden = HostArray.float32(
    seen.hidden.shape,
    Float32Array.from(seen.hidden.data as Float32Array, (value) => value + 100),
  );
  const given = await runOracle<HostArray>(applied(connector), [params, { ...seen, hidden }]);
  const mean = Array.from({ length: PATCHES + 1 }, (_, t) =>
    Array.from({ length: HEADS }, (_, h) => seen.attention.data[h * (PATCHES + 1) ** 2 + t]).reduce(
      (sum, value) => sum + value / HEADS,
      0,
    ),
  );
  const order = Array.from({ length: PATCHES }, (_, i) => i + 1).sort((a, b) => mean[b] - mean[a]);
  const fused = Array.from({ length: WIDTH }, (_, d) =>
    order.slice(4).reduce((sum, t) => sum + mean[t] * hidden.data[t * WIDTH + d], 0),
  );
  const row = HostArray.float32([WIDTH], given.data.subarray(5 * WIDTH, 6 * WIDTH) as Float32Array);
  expect(relativeError(row, HostArray.float32([WIDTH], fused))).toBeLessThan(1e-5);
});

describe("weights of an mm_projector file", () => {
  const connector = createConnector("acformer", "connector", options);
  const params = weightsOf(connector);
  const stored = (prefix: string) =>
    Object.fromEntries(Object.entries(params).map(([name, array]) => [name.replace("connector.", prefix), array]));
  const read = (tensors: HostArrays) => connectorWeights(connector, "connector", tensors, "file");

  test.each(["mm_projector.", "model.mm_projector."])(
    "are read under %s, the resampler's unused parameter too",
    (prefix) => {
      const latents = { [`${prefix}0.latents`]: HostArray.zeros([5, WIDTH]) };
      expect(read({ ...latents, ...stored(prefix) })).toEqual(params);
      expect(Object.keys(stored(prefix))).toContain(`${prefix}0.layers.1.0.to_kv.weight`);
    },
  );

  test.each<[string, HostArrays, string]>([
    [
      "something left over",
      { "mm_projector.0.layers.2.1.0.weight": HostArray.zeros([WIDTH]) },
      "layers.2.1.0.weight is no weight",
    ],
    [
      "another part of a model",
      { "model.embed_tokens.weight": HostArray.zeros([2, 2]) },
      "embed_tokens.weight is no weight",
    ],
    [
      "another shape",
      { "mm_projector.0.norm.weight": HostArray.zeros([7]) },
      "norm.weight is [7]; this connector has [8]",
    ],
    ["half precision", { "mm_projector.3.bias": HostArray.zeros([OUT], "float16") }, "3.bias is float16"],
  ])("%s is refused by name", (_, changed, message) => {
    const given = { ...stored("mm_projector."), ...changed };
    expect(() => read(given)).toThrow(UserError);
    expect(() => read(given)).toThrow(message);
  });

  test("what is missing is refused by name", () => {
    const { "mm_projector.1.bias": _, ...lacking } = stored("mm_projector.");
    expect(() => read(lacking)).toThrow("file: mm_projector.1.bias is missing");
  });
});

test.each<[ConnectorName, Partial<ConnectorOptions>, string]>([
  ["average-pooling", { count: 5 }, "options.count 5: 16 patches are pooled into a smaller square"],
  ["class-token-only", { tower: { ...options.tower, count: PATCHES, classToken: false } }, "no class token"],
])("%s refuses what it can not give: %o", async (kind, changes, message) => {
  const make = async () => {
    const connector = createConnector(kind, "c", { ...options, ...changes });
    await runOracle(applied(connector), [weightsOf(connector), seen]);
  };
  await expect(make()).rejects.toThrow(message);
});
