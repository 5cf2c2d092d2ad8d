import { type numpy as np, valueAndGrad } from "@jax-js/jax";
import { describe, expect, test } from "vitest";
import { HostArray, Random } from "../../core/index.ts";
import { runOracle } from "../../engine/index.ts";
import { expectCompiledEqualsOracle, normalArrays } from "../../engine/testing.ts";
import { contrastive } from "./contrastive.ts";
import { contrastiveLoss, type SameClass, sameClassRules } from "./contrastive-loss.ts";

const WIDTH = 5;
/** Pairs 0, 2 and 5 show one class, 1 and 4 another. */
const CLASSES = [0, 1, 0, 2, 1, 0];
const COUNT = CLASSES.length;

function points(name: string): HostArray {
  const { shape, data } = normalArrays(new Random("contrastive", name))(COUNT, WIDTH);
  const rows = Array.from({ length: COUNT }, (_, n) =>
    Array.from(data.subarray(n * WIDTH, (n + 1) * WIDTH) as Float32Array),
  );
  return HostArray.float32(
    shape,
    rows.flatMap((row) => row.map((value) => value / Math.hypot(...row))),
  );
}
const [image, text] = [points("image"), points("text")];
const scale = HostArray.scalar(7);
const classes = new HostArray("int32", [COUNT], Int32Array.from(CLASSES));

const lossBy = (rule: SameClass) => (i: np.Array, t: np.Array, s: np.Array, c: np.Array) =>
  contrastiveLoss({ image: i, text: t, scale: s }, rule, rule === "negative" ? undefined : c);

/** From the definition, pair by pair. */
function byHand(rule: SameClass): number {
  const cosine = (n: number, m: number) =>
    Array.from(
      { length: WIDTH },
      (_, i) => (image.data[n * WIDTH + i] as number) * (text.data[m * WIDTH + i] as number),
    ).reduce((a, b) => a + b);
  let total = 0;
  for (const logit of [(n: number, m: number) => 7 * cosine(n, m), (n: number, m: number) => 7 * cosine(m, n)])
    for (let n = 0; n < COUNT; n++) {
      const friends = CLASSES.flatMap((own, m) => (own === CLASSES[n] ? [m] : []));
      const seen = [...CLASSES.keys()].filter((m) => rule !== "ignored" || m === n || !friends.includes(m));
      const sum = seen.reduce((exps, m) => exps + Math.exp(logit(n, m)), 0);
      const positives = rule === "positive" ? friends : [n];
      for (const m of positives) total -= (logit(n, m) - Math.log(sum)) / positives.length;
    }
  return total / (2 * COUNT);
}

describe.each(sameClassRules)("pairs of the same class are %s", (rule) => {
  test("the loss is that of the definition", async () => {
    const loss = await runOracle<HostArray>(lossBy(rule), [image, text, scale, classes]);
    expect(loss.data[0]).toBeCloseTo(byHand(rule), 5);
  });

  test("compiled ≡ jax-js: loss and gradients", async () => {
    const fn = (i: np.Array, t: np.Array, s: np.Array, c: np.Array) => {
      const differentiate = valueAndGrad((i: np.Array, t: np.Array, s: np.Array) => lossBy(rule)(i, t, s, c.ref), {
        argnums: [0, 1, 2],
      } as never) as (...args: np.Array[]) => unknown;
      return differentiate(i, t, s);
    };
    await expectCompiledEqualsOracle(fn, [image, text, scale, classes]);
  });
});

test("the three differ, and where no class occurs twice they are one", async () => {
  const apart = new HostArray("int32", [COUNT], Int32Array.from(CLASSES.keys()));
  const values = async (classes: HostArray) =>
    Promise.all(
      sameClassRules.map(
        async (rule) => (await runOracle<HostArray>(lossBy(rule), [image, text, scale, classes])).data[0],
      ),
    );
  expect(new Set(await values(classes)).size).toBe(3);
  const [negative, positive, ignored] = await values(apart);
  expect(positive).toBeCloseTo(negative, 5);
  expect(ignored).toBeCloseTo(negative, 5);
});

test("rules that ask for classes are refused without", async () => {
  const without = (i: np.Array, t: np.Array, s: np.Array) =>
    contrastiveLoss({ image: i, text: t, scale: s }, "positive");
  await expect(async () => runOracle(without, [image, text, scale])).rejects.toThrow("sameClass positive needs");
});

test("caption and retrieved anchors add their own loss, of pairs that have no classes, times their weights", async () => {
  const [caption, retrievedImage, retrievedText] = [
    points("caption"),
    points("retrieved image"),
    points("retrieved text"),
  ];
  const learnt = (weights: object) => (heads: Record<string, np.Array>, targets: np.Array) =>
    contrastive({ sameClass: "positive", ...weights }).loss(heads, { targets }, {}).loss;
  const heads = { image, text, scale };
  const targets = HostArray.float32([COUNT, 1], CLASSES);
  const alone = (pairs: object) =>
    runOracle<HostArray>(
      ({ image, text, scale }: Record<string, np.Array>) => contrastiveLoss({ image, text, scale }),
      [{ ...heads, ...pairs }],
    );
  const [own, ofCaptions, ofRetrieved] = [
    await runOracle<HostArray>(learnt({}), [heads, targets]),
    await alone({ text: caption }),
    await alone({ image: retrievedImage, text: retrievedText }),
  ].map(({ data }) => data[0]);
  const all = await runOracle<HostArray>(learnt({ captionWeight: 0.5, retrievedWeight: 2 }), [
    { ...heads, caption, retrievedImage, retrievedText },
    targets,
  ]);
  expect(all.data[0]).toBeCloseTo(own + 0.5 * ofCaptions + 2 * ofRetrieved, 4);
});
