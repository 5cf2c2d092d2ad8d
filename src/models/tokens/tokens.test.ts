import { grad, numpy as np } from "@jax-js/jax";
import { describe, expect, test } from "vitest";
import { HostArray, Random, UserError } from "../../core/index.ts";
import { compile, runOracle } from "../../engine/index.ts";
import { expectCompiledEqualsOracle, normalArrays } from "../../engine/testing.ts";
import { chooseTokens, type TokenOptions, type TokenRule, takeTokens, tokenRuleNames } from "./index.ts";

const [COUNT, HEADS, SIDE, WIDTH] = [3, 4, 4, 5];
const PATCHES = SIDE ** 2;

/** Attention of a few levels, so that there are ties everywhere; and tokens, of which some are equally long. */
function made(classToken: boolean, seed: number) {
  const random = new Random("tokens", seed);
  const tokens = PATCHES + Number(classToken);
  const level = () => Math.floor(4 * random.uniform()) / 8;
  const filled = (shape: number[]) => {
    const array = HostArray.zeros(shape);
    for (let i = 0; i < array.data.length; i++) array.data[i] = level();
    return array;
  };
  return {
    attention: filled([COUNT, HEADS, tokens, tokens]),
    hidden: filled([COUNT, tokens, WIDTH]),
    drawn: filled([COUNT, PATCHES]),
    objects: filled([COUNT, PATCHES]),
  };
}

/** The same by plain loops, as the paper's code has it: a set that grows, and a `while` that fills it up. */
function plainly(seen: ReturnType<typeof made>, { rule, count, classToken }: TokenOptions): number[][] {
  const first = Number(classToken);
  const tokens = PATCHES + first;
  const at = (n: number, h: number, row: number, column: number) =>
    seen.attention.data[((n * HEADS + h) * tokens + row) * tokens + column];
  const patches = Array.from({ length: PATCHES }, (_, p) => p + first);
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const ranked = (score: (token: number) => number) => [...patches].sort((a, b) => score(b) - score(a) || a - b);
  const all = Array.from({ length: tokens }, (_, t) => t);
  const heads = Array.from({ length: HEADS }, (_, h) => h);
  const inTurn = (score: (h: number, token: number) => number) => {
    const set = new Set<number>();
    for (const h of heads) {
      const order = ranked((token) => score(h, token));
      for (const token of order.slice(0, count / HEADS)) set.add(token);
      for (const token of order) if (set.size < ((h + 1) * count) / HEADS) set.add(token);
    }
    return [...set];
  };
  const byRule: Record<TokenRule, (n: number) => number[]> = {
    heads: (n) => inTurn((h, token) => at(n, h, 0, token)),
    mean: (n) => ranked((token) => mean(heads.map((h) => at(n, h, 0, token)))).slice(0, count),
    received: (n) => inTurn((h, token) => mean(all.map((row) => at(n, h, row, token)))),
    norm: (n) => {
      const token = (t: number) => [...seen.hidden.data.subarray((n * tokens + t) * WIDTH).subarray(0, WIDTH)];
      return ranked((t) => token(t).reduce((sum, value) => sum + value ** 2, 0)).slice(0, count);
    },
    random: (n) => ranked((token) => seen.drawn.data[n * PATCHES + token - first]).slice(0, count),
    objects: (n) => ranked((token) => seen.objects.data[n * PATCHES + token - first]).slice(0, count),
    // 2 × 2 of 4 × 4: rows and columns 1 and 3.
    grid: () => (count === 4 ? [5, 7, 13, 15].map((patch) => patch + first) : patches),
  };
  return Array.from({ length: COUNT }, (_, n) =>
    [...(classToken ? [0] : []), ...byRule[rule](n)].sort((a, b) => a - b),
  );
}

const asRows = ({ shape, data }: HostArray) =>
  Array.from({ length: shape[0] }, (_, n) => [...data.subarray(n * shape[1], (n + 1) * shape[1])]);

describe.each(tokenRuleNames)("%s", (rule) => {
  const withClassToken = rule === "heads" || rule === "mean" ? [true] : [true, false];

  test.each(withClassToken.flatMap((classToken) => [4, 16].map((count) => ({ classToken, count }))))(
    "equals a plain loop, ties included: %o",
    async ({ classToken, count }) => {
      const options = { rule, count, classToken };
      const choose = (seen: Parameters<typeof chooseTokens>[0]) => chooseTokens(seen, options);
      const program = await compile(choose, [made(classToken, 0)], { threads: 1 });
      for (let seed = 0; seed < 20; seed++) {
        const seen = made(classToken, seed);
        const chosen = (await program.run([seen])) as HostArray;
        expect(chosen.dtype).toBe("int32");
        expect(asRows(chosen)).toEqual(plainly(seen, options));
      }
      await program.dispose();
      const seen = made(classToken, 20);
      expect(asRows(await runOracle<HostArray>(choose, [seen]))).toEqual(plainly(seen, options));
    },
  );
});

test("compiled ≡ jax-js: the tokens that are chosen and their gradient, which goes to those tokens alone", async () => {
  const { attention } = made(true, 1);
  const hidden = normalArrays(new Random("hidden"))(COUNT, PATCHES + 1, WIDTH);
  const target = normalArrays(new Random("target"))(COUNT, 9, WIDTH);
  const taken = (a: np.Array, x: np.Array) =>
    takeTokens(x.ref, chooseTokens({ attention: a, hidden: x }, { rule: "heads", count: 8, classToken: true }));
  await expectCompiledEqualsOracle(taken, [attention, hidden]);
  const gradient = grad(((x: np.Array, a: np.Array, t: np.Array) =>
    np.sum(np.multiply(taken(a, x), t))) as never) as never;
  await expectCompiledEqualsOracle(gradient, [hidden, attention, target]);
  const indices = plainly({ ...made(true, 1) }, { rule: "heads", count: 8, classToken: true });
  const moved = await runOracle<HostArray>(gradient, [hidden, attention, target]);
  const rows = Array.from({ length: COUNT }, (_, n) =>
    Array.from({ length: PATCHES + 1 }, (_, t) => t).filter((t) =>
      moved.data
        .subarray((n * (PATCHES + 1) + t) * WIDTH, (n * (PATCHES + 1) + t + 1) * WIDTH)
        .some((value) => value !== 0),
    ),
  );
  expect(rows).toEqual(indices);
});

test("the class token's row is enough", async () => {
  const seen = made(true, 2);
  const tokens = PATCHES + 1;
  const row = HostArray.zeros([COUNT, HEADS, tokens]);
  for (let i = 0; i < COUNT * HEADS; i++)
    row.data.set(seen.attention.data.subarray(i * tokens * tokens, i * tokens * tokens + tokens) as never, i * tokens);
  const choose = (given: Parameters<typeof chooseTokens>[0]) =>
    chooseTokens(given, { rule: "heads", count: 8, classToken: true });
  const [whole, alone] = [seen, { ...seen, attention: row }].map((given) => runOracle<HostArray>(choose, [given]));
  expect(await alone).toEqual(await whole);
});

test.each([
  [{ rule: "heads", count: 6, classToken: true }, "each of 4 heads chooses as many; use a multiple of 4"],
  [{ rule: "heads", count: 4, classToken: false }, "has no class token; use received, norm"],
  [{ rule: "norm", count: 17, classToken: true }, "there are 16 patches; use 1 to 16"],
  [{ rule: "grid", count: 5, classToken: true }, "a square number"],
] as const)("%o is refused", async (options, message) => {
  const seen = made(options.classToken, 0);
  const choose = (given: Parameters<typeof chooseTokens>[0]) => chooseTokens(given, options);
  await expect(compile(choose, [seen])).rejects.toThrow(UserError);
  await expect(compile(choose, [seen])).rejects.toThrow(message);
});
