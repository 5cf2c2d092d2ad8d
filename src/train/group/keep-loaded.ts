import { readFileSync } from "node:fs";
import type { LibraryHandle } from "koffi";

/** RTLD_LAZY, RTLD_NOLOAD and RTLD_NODELETE of Linux's dlfcn.h: nothing is loaded, what is there is never unloaded. */
const KEEP = 0x1 | 0x4 | 0x1000;

/**
 * Keeps the shared libraries of this process in memory to its end. MPI_Finalize unloads Open MPI's plug-ins, and those for
 * TCP have left destructors with the threads that have called them: Node's, which end later, into nowhere.
 */
export function keepLoaded(library: LibraryHandle): void {
  if (process.platform !== "linux") return;
  // Of the C library, which every library has loaded.
  const open = library.func("void* dlopen(const char*, int)") as (path: string, flags: number) => unknown;
  const mapped = readFileSync("/proc/self/maps", "utf8").matchAll(/ (\/.*\.so[\d.]*)$/gm);
  for (const path of new Set(Array.from(mapped, ([, path]) => path))) open(path, KEEP);
}
