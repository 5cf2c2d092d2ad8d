import { readFileSync } from "node:fs";
import { availableParallelism, cpus } from "node:os";

/** What this process may use: cores, and the model name of the CPU. */
export const thisMachine = () => ({ cores: availableParallelism(), cpu: cpus()[0]?.model.trim() || "unknown CPU" });

/** Versions that decide numbers and speed. Dependencies are pinned exactly, so the package file is the truth. */
export function versions(): Record<string, string> {
  const { version, dependencies } = JSON.parse(
    readFileSync(new URL("../../package.json", import.meta.url), "utf8"),
  ) as { version: string; dependencies: Record<string, string> };
  return {
    "anchored-vision": version,
    "onnxruntime-node": dependencies["onnxruntime-node"],
    "@jax-js/jax": dependencies["@jax-js/jax"],
    node: process.versions.node,
  };
}
