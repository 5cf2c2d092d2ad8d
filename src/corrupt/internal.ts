/** What other rooms need of this one and a user does not. */

export { benchmarkFor } from "./corrupt-image.ts";
export { CORRUPTIONS_VERSION } from "./corruption.ts";
export { readFrostPhotographs } from "./frost-photographs.ts";
export { plasmaFractal } from "./plasma-fractal.ts";
export { cifar10cMd5, readPublished } from "./published.ts";
export { corruptions } from "./table.ts";
