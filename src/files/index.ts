export type { HeldLock } from "./hold-lock.ts";
export { ImageFile } from "./image-file.ts";
export { importModules } from "./import-modules.ts";
export { type NpyArray, type NpyType, readNpy, writeNpy } from "./npy.ts";
export { runPaths } from "./run-folder.ts";
export { decodeSafetensors, encodeSafetensors } from "./safetensors.ts";
