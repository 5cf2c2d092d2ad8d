/** What other rooms need of this one and a user does not. */

export { optionNames, unknownOption } from "./known-options.ts";
export { mixerTable } from "./mixers.ts";
export { mixingSide } from "./pix-mix.ts";
export { BatchPool, unloadable } from "./pool.ts";
export { resizeBicubic } from "./resize.ts";
export { augmentationTable } from "./table.ts";
export { augmentationStream, trainingImages } from "./training-images.ts";
