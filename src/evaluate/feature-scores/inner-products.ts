import type { NumberRows } from "./rows.ts";

/**
 * Rows [n, width] against others [m, width] → their inner products [n, m], row-major, in the precision of both. They may be
 * written to `into`, [n, m], which spares a new array, and are what is returned.
 *
 * Nearly all time of a large run goes here: hand in a faster one (ONNX's Gemm with transB = 1 is this function) where
 * there are more than some 10¹¹ products. Float64 in must be float64 out: scores are right to 1e-9 by it.
 */
export type InnerProducts = <T extends NumberRows>(rows: T, others: T, width: number, into?: T) => T | Promise<T>;

/**
 * In plain JavaScript, about 1e9 products per second. Every sum runs over its own two rows in order, whatever the number
 * of rows: equal rows have equal products.
 * @example innerProducts(Float64Array.of(1, 2), Float64Array.of(3, 4, 5, 6), 2) // [11, 17]
 */
export const innerProducts = (<T extends NumberRows>(rows: T, others: T, width: number, into?: T): T => {
  const [n, m] = [rows.length / width, others.length / width];
  const products = into ?? ((rows instanceof Float32Array ? new Float32Array(n * m) : new Float64Array(n * m)) as T);
  const whole = m - (m % 4);
  for (let i = 0; i < n; i++) {
    const start = i * width;
    for (let j = 0; j < whole; j += 4) {
      const [b0, b1, b2, b3] = [j * width, (j + 1) * width, (j + 2) * width, (j + 3) * width];
      let [s0, s1, s2, s3] = [0, 0, 0, 0];
      for (let d = 0; d < width; d++) {
        const value = rows[start + d];
        s0 += value * others[b0 + d];
        s1 += value * others[b1 + d];
        s2 += value * others[b2 + d];
        s3 += value * others[b3 + d];
      }
      products[i * m + j] = s0;
      products[i * m + j + 1] = s1;
      products[i * m + j + 2] = s2;
      products[i * m + j + 3] = s3;
    }
    for (let j = whole; j < m; j++) {
      let sum = 0;
      for (let d = 0; d < width; d++) sum += rows[start + d] * others[j * width + d];
      products[i * m + j] = sum;
    }
  }
  return products;
}) satisfies InnerProducts;
