/** What other rooms need of this one and a user does not. */

export { holdLock, LockHeld, whileHeld } from "./hold-lock.ts";
export { openImages } from "./image-file.ts";
export { fingerprintOf } from "./image-fingerprint.ts";
export { importModule } from "./import-modules.ts";
export { ofShape, parseJson, readText } from "./json-file.ts";
export { withLock } from "./lock.ts";
export { thisMachine, versions } from "./machine.ts";
export { parseNpy, realTypes, wholeTypes } from "./npy.ts";
export { NpyRows } from "./npy-rows.ts";
export { attempt, isRunning, machine, processSpace, scratchPrefix } from "./processes.ts";
export { regressionFingerprint } from "./regression-fingerprint.ts";
export { diskError, writeFileAtomic } from "./run-folder.ts";
export { sha256 } from "./sha256.ts";
