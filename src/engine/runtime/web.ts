import type * as Ort from "onnxruntime-web";
import * as wasm from "onnxruntime-web/wasm";
import pLimit from "p-limit";
import type { TypedArrayOf } from "../../core/host-array.ts";
import type { Session, SessionArray } from "./node.ts";

export type WebDevice = "webgpu" | "wasm";

export interface WebRuntimeOptions {
  /** URL of the folder of ONNX Runtime's own files, ending in a slash. */
  readonly base: string;
  /** Default: WebGPU where the browser has a graphics card for it, else WebAssembly. */
  readonly device?: WebDevice;
  /** The WebAssembly module, for pages that may fetch nothing (opened from the disk): it then runs on one thread. */
  readonly wasmBinary?: ArrayBuffer;
}

/** ONNX Runtime in a browser. */
export interface WebRuntime {
  readonly device: WebDevice;
  /** Threads of WebAssembly; more than one only on pages that are isolated from other origins. */
  readonly threads: number;
  /** Loads a model whose inputs are `in0`, `in1`, … and whose outputs are `out0`, `out1`, … */
  createSession(model: Uint8Array): Promise<Session>;
  /** Opens any model, by the names of its inputs and outputs. */
  openModel(model: Uint8Array): Promise<WebModel>;
}

/** What goes into a model, row-major. */
export type WebFed =
  | { readonly dtype: "uint8"; readonly shape: readonly number[]; readonly data: Uint8Array }
  | { readonly dtype: "int32"; readonly shape: readonly number[]; readonly data: Int32Array };

/** An ONNX model whose outputs are float32. */
export interface WebModel {
  run(fed: Readonly<Record<string, WebFed>>): Promise<Record<string, Float32Array>>;
}

const MOST_THREADS = 4;

/** What is asked of a page's or worker's scope; Node has less of it. */
interface BrowserScope {
  readonly crossOriginIsolated?: boolean;
  readonly navigator: {
    readonly hardwareConcurrency?: number;
    readonly gpu?: {
      requestAdapter(): Promise<{ readonly info?: { readonly isFallbackAdapter?: boolean } } | null>;
    };
  };
}

/** Opens WebGPU or, where there is none or it fails, WebAssembly with SIMD. */
export async function openWebRuntime({ base, device, wasmBinary }: WebRuntimeOptions): Promise<WebRuntime> {
  const { crossOriginIsolated, navigator } = globalThis as unknown as BrowserScope;
  const threads = crossOriginIsolated && !wasmBinary ? Math.min(MOST_THREADS, navigator.hardwareConcurrency || 1) : 1;
  if (!wasmBinary && device !== "wasm" && (await hasWebGpu(navigator, device === "webgpu"))) {
    const webgpu = (await import(/* @vite-ignore */ `${base}ort.webgpu.min.mjs`)) as typeof Ort;
    webgpu.env.wasm.wasmPaths = base;
    webgpu.env.wasm.numThreads = threads;
    return runtimeOf(webgpu, "webgpu", threads);
  }
  const { env } = wasm as typeof Ort;
  env.wasm.numThreads = threads;
  if (wasmBinary) env.wasm.wasmBinary = wasmBinary;
  else
    env.wasm.wasmPaths = {
      mjs: `${base}ort-wasm-simd-threaded.mjs`,
      wasm: `${base}ort-wasm-simd-threaded.wasm`,
    };
  return runtimeOf(wasm as typeof Ort, "wasm", threads);
}

/** An adapter that is a graphics card, or any where software will do: that is slower than WebAssembly. */
async function hasWebGpu({ gpu }: BrowserScope["navigator"], software: boolean): Promise<boolean> {
  const adapter = await gpu?.requestAdapter().catch(() => null);
  return adapter ? software || !adapter.info?.isFallbackAdapter : false;
}

function runtimeOf(ort: typeof Ort, device: WebDevice, threads: number): WebRuntime {
  ort.env.logLevel = "error";
  // Calls keep their arguments on the module's one stack while they wait: where they overlap, they overwrite each other's.
  const oneAtATime = pLimit(1);
  const opened = (model: Uint8Array) =>
    oneAtATime(() =>
      ort.InferenceSession.create(model, { executionProviders: [device], graphOptimizationLevel: "all" }),
    );
  return {
    device,
    threads,
    async openModel(model) {
      const session = await opened(model);
      return {
        async run(fed) {
          const tensors = Object.entries(fed).map(([name, { dtype, data, shape }]) => [
            name,
            new ort.Tensor(dtype, data as Int32Array, shape),
          ]);
          const results = await oneAtATime(() => session.run(Object.fromEntries(tensors)));
          return Object.fromEntries(
            Object.entries(results).map(([name, { data }]) => [name, data as Float32Array] as const),
          );
        },
      };
    },
    async createSession(model) {
      const session = await opened(model);
      return {
        async run(inputs, outputs) {
          const results = await oneAtATime(() => session.run(named(ort, inputs)));
          for (const [i, { data, shape }] of outputs.entries()) {
            const { dims, data: values } = results[`out${i}`];
            if (dims.join() !== shape.join()) throw new TypeError(`program: out${i} is [${dims}], expected [${shape}]`);
            (data as Float32Array).set(values as Float32Array);
          }
        },
        dispose: () => session.release(),
      };
    },
  };
}

const named = (ort: typeof Ort, arrays: readonly SessionArray[]): Record<string, Ort.Tensor> =>
  Object.fromEntries(
    arrays.map(({ dtype, data, shape }, i) => [
      `in${i}`,
      new ort.Tensor(dtype, data as TypedArrayOf["float32"], shape),
    ]),
  );
