import { numpy as np } from "@jax-js/jax";
import { HostArray } from "../core/index.ts";
import { compile } from "../engine/index.ts";

const SIZE = 2048;

export interface MatmulPeak {
  /** Floating-point operations per second of one large product. */
  flopsPerSecond(): Promise<number>;
  dispose(): Promise<void>;
}

/** The machine's roof as our engine reaches it: a product of two square matrices, large enough to hide everything else. */
export async function matmulPeak(threads: number): Promise<MatmulPeak> {
  const matrix = HostArray.float32(
    [SIZE, SIZE],
    Float32Array.from({ length: SIZE * SIZE }, (_, i) => (i % 7) - 3),
  );
  // The mean leaves nothing to copy out of the runtime.
  const program = await compile((x: np.Array, y: np.Array) => np.mean(np.matmul(x, y)), [matrix, matrix], { threads });
  return {
    async flopsPerSecond() {
      const start = performance.now();
      await program.run([matrix, matrix]);
      return (2 * SIZE ** 3) / ((performance.now() - start) / 1000);
    },
    dispose: () => program.dispose(),
  };
}
