import * as ort from "onnxruntime-node";
import { encodeModel } from "../onnx.ts";
import type { SessionOptions } from "./node.ts";
import { release } from "./release.ts";

type Numbers = Float32Array | Float64Array;

/** Inner products of rows by ONNX Runtime's matrix product. */
export interface InnerProductProgram {
  /**
   * Rows [n, width] against others [m, width] → their inner products [n, m], row-major, in the precision of both;
   * written to `into` where that is given.
   * @throws TypeError for two precisions, and numbers that are no whole rows.
   */
  products<T extends Numbers>(rows: T, others: T, width: number, into?: T): Promise<T>;
  dispose(): Promise<void>;
}

/**
 * One ONNX node, Gemm, in float32 and float64, for any number of rows. On the CPU, for others have no float64.
 * @example
 * const program = createInnerProducts({ threads: 2 });
 * await program.products(Float64Array.of(1, 2), Float64Array.of(3, 4, 5, 6), 2); // [11, 17]
 * await program.dispose();
 */
export function createInnerProducts({ threads }: Pick<SessionOptions, "threads"> = {}): InnerProductProgram {
  const sessions = new Map<Precision, Promise<ort.InferenceSession>>();
  const sessionOf = (precision: Precision) => {
    const session =
      sessions.get(precision) ??
      ort.InferenceSession.create(modelOf(precision), {
        logSeverityLevel: 3,
        ...(threads ? { intraOpNumThreads: threads } : {}),
      });
    sessions.set(precision, session);
    return session;
  };
  return {
    async products(rows, others, width, into) {
      const [n, m] = [rows.length / width, others.length / width];
      if (rows.constructor !== others.constructor || !Number.isInteger(n) || !Number.isInteger(m))
        throw new TypeError(
          `innerProducts: ${rows.constructor.name}[${rows.length}] and ${others.constructor.name}[${others.length}] are no rows of ${width} of one precision`,
        );
      const precision: Precision = rows instanceof Float32Array ? "float32" : "float64";
      const made: Numbers = into ?? (precision === "float32" ? new Float32Array(n * m) : new Float64Array(n * m));
      if (made.length === 0 || width === 0) return made as never;
      const session = await sessionOf(precision);
      const tensor = (data: Numbers, ...shape: number[]) => new ort.Tensor(precision, data as Float32Array, shape);
      const { products } = await session.run(
        { rows: tensor(rows, n, width), others: tensor(others, m, width) },
        { products: tensor(made, n, m) },
      );
      // As in `createSession`: written into `made`, and returned as a copy all the same.
      const { buffer } = products.data as Float32Array<ArrayBuffer>;
      if (buffer !== made.buffer) await release([buffer]);
      return made as never;
    },
    async dispose() {
      for (const session of sessions.values()) await (await session).release();
      sessions.clear();
    },
  };
}

type Precision = "float32" | "float64";

const modelOf = (dtype: Precision): Uint8Array =>
  encodeModel({
    nodes: [{ op: "Gemm", domain: "", inputs: ["rows", "others"], outputs: ["products"], attributes: { transB: 1 } }],
    initializers: [],
    inputs: [
      { name: "rows", dtype, shape: ["n", "width"] },
      { name: "others", dtype, shape: ["m", "width"] },
    ],
    outputs: [{ name: "products", dtype, shape: ["n", "m"] }],
  });
