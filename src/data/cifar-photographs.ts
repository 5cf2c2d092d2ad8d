import type { DataSetEntry } from "./entry.ts";

/** What both CIFARs have: small photographs, and what they are trained and judged with. */
export const cifarPhotographs: Pick<DataSetEntry, "augment" | "background" | "foreign"> = {
  augment: [
    { name: "crop", options: { pad: 4 } },
    { name: "flip", options: {} },
  ],
  background: 0,
  foreign: { near: [], far: ["mnist", "mnist-inverted", "emoji", "textures"] },
};
