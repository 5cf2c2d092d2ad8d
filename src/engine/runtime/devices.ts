import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { knownName, UserError } from "../../core/errors.ts";

/**
 * What a program can run on: ONNX Runtime's execution providers that onnxruntime-node knows on this list's platforms.
 * @example
 * console.log(devices); // what `compile` can be asked to run on
 */
export const devices = ["cpu", "webgpu", "cuda"] as const;
export type Device = (typeof devices)[number];

const requirements: Readonly<Record<Exclude<Device, "cpu">, string>> = {
  webgpu: "install the GPU's driver with Vulkan (Debian: libvulkan1 and the maker's Vulkan driver)",
  cuda: "install NVIDIA's driver, CUDA 12 and cuDNN 9, and ONNX Runtime's CUDA libraries (node node_modules/onnxruntime-node/script/install --onnxruntime-node-install=cuda12)",
};

/** One line for a device that ONNX Runtime could not open: what it needs, and the way out. */
export function unavailable(device: Exclude<Device, "cpu">, reason: string): UserError {
  return new UserError(`device "${device}" is not available (${reason}); ${requirements[device]}, or use device "cpu"`);
}

/**
 * @throws UserError for an unknown device, or where its libraries are not installed: ONNX Runtime would write several
 * lines of its own.
 */
export function checkDevice(device: Device): void {
  knownName("device", device, devices);
  if (device !== "cuda") return;
  const library = process.platform === "win32" ? "onnxruntime_providers_cuda.dll" : "libonnxruntime_providers_cuda.so";
  const entry = createRequire(import.meta.url).resolve("onnxruntime-node");
  const path = join(dirname(entry), "..", "bin", "napi-v6", process.platform, process.arch, library);
  if (!existsSync(path)) throw unavailable("cuda", `${library} is missing`);
}

/** The last sentence of ONNX Runtime's message: what comes before names its source files. */
export function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text
    .trim()
    .split("\n")[0]
    .split(/was false\. |error: /)
    .at(-1)!
    .slice(0, 200);
}
