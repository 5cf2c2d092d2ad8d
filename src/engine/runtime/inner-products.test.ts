import { afterAll, expect, test } from "vitest";
import { Random } from "../../core/index.ts";
import { createInnerProducts } from "./inner-products.ts";

const program = createInnerProducts({ threads: 1 });
afterAll(() => program.dispose());

test.each([
  [Float32Array, 1, 1, 1, 1e-6],
  [Float32Array, 7, 13, 33, 1e-5],
  [Float64Array, 7, 13, 33, 1e-14],
  [Float64Array, 1, 300, 64, 1e-13],
  [Float64Array, 130, 5, 3, 1e-14],
] as const)("%o: [%i] against [%i] rows of %i", async (Type, n, m, width, tolerance) => {
  const random = new Random("inner products");
  const drawn = (count: number) => (Type as Float64ArrayConstructor).from({ length: count }, () => random.normal());
  const [rows, others] = [drawn(n * width), drawn(m * width)];
  const products = await program.products(rows, others, width);
  expect(products).toBeInstanceOf(Type);
  expect(products.length).toBe(n * m);
  for (let i = 0; i < n; i++)
    for (let j = 0; j < m; j++) {
      let sum = 0;
      for (let d = 0; d < width; d++) sum += rows[i * width + d] * others[j * width + d];
      expect(Math.abs(products[i * m + j] - sum)).toBeLessThanOrEqual(tolerance);
    }
});

test("products are written where they shall be, also into a part of an array", async () => {
  const all = new Float64Array(8).fill(7);
  const into = all.subarray(2, 5);
  expect(await program.products(Float64Array.of(1, 2), Float64Array.of(3, 4, 5, 6, 0, 1), 2, into)).toBe(into);
  expect([...all]).toEqual([7, 7, 11, 17, 2, 7, 7, 7]);
});

test("two precisions, and no whole rows, are refused", async () => {
  await expect(program.products<any>(new Float32Array(4), new Float64Array(4), 2)).rejects.toThrow(TypeError);
  await expect(program.products(new Float32Array(5), new Float32Array(4), 2)).rejects.toThrow("no rows of 2");
});
