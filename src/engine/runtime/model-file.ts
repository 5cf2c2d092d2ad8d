import * as ort from "onnxruntime-node";
import { sizeOf } from "../../core/host-array.ts";
import { checkDevice, type Device, reasonOf, unavailable } from "./devices.ts";

/** What goes into a model, row-major: bytes, int32 or float32. */
export interface Fed {
  readonly shape: readonly number[];
  readonly data: Uint8Array | Int32Array | Float32Array;
}

/** What comes out. */
export interface Answered {
  readonly shape: readonly number[];
  readonly data: Float32Array | Int32Array | Uint8Array | BigInt64Array | string[];
}

/** Any ONNX model, by the names of its inputs and outputs. */
export interface OpenedModel {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** All outputs, or those asked for. */
  run(fed: Readonly<Record<string, Fed>>, outputs?: readonly string[]): Promise<Record<string, Answered>>;
  dispose(): Promise<void>;
}

/**
 * Opens an ONNX model with ONNX Runtime.
 * @throws UserError where the device cannot be opened; ONNX Runtime's Error for a model that it does not understand.
 * @example
 * import { readFileSync } from "node:fs";
 * const model = await openOnnx(readFileSync("model.onnx"), { threads: 1 });
 */
export async function openOnnx(
  model: Uint8Array,
  { device = "cpu", threads }: { readonly device?: Device; readonly threads?: number } = {},
): Promise<OpenedModel> {
  checkDevice(device);
  const options = {
    executionProviders: [device],
    graphOptimizationLevel: "all",
    logSeverityLevel: 3,
    ...(threads ? { intraOpNumThreads: threads } : {}),
  } as const;
  const session = await ort.InferenceSession.create(model, options).catch((error: unknown) => {
    throw device === "cpu" ? error : unavailable(device, reasonOf(error));
  });
  return {
    inputs: session.inputNames,
    outputs: session.outputNames,
    async run(fed, outputs = session.outputNames) {
      const feeds = Object.fromEntries(
        Object.entries(fed).map(([name, { shape, data }]) => {
          if (data.length !== sizeOf(shape))
            throw new RangeError(`${name}: ${data.length} elements do not fill [${shape}]`);
          return [name, new ort.Tensor(typeOf(data), data as Float32Array, shape)];
        }),
      );
      const results = await session.run(feeds, [...outputs]);
      return Object.fromEntries(
        Object.entries(results).map(([name, { dims, data }]) => [name, { shape: dims, data: data as Float32Array }]),
      );
    },
    dispose: () => session.release(),
  };
}

const typeOf = (data: Fed["data"]): "uint8" | "int32" | "float32" => {
  if (data instanceof Uint8Array) return "uint8";
  return data instanceof Int32Array ? "int32" : "float32";
};
