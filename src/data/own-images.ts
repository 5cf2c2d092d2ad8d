import type { DataSetEntry } from "./entry.ts";

/** What is the same of all data sets whose images a user brings, in whatever files. */
export const ownImages = {
  licence: "yours",
  source: "a folder on this machine",
  howToFetch: "nothing to fetch: give the folder",
  augment: [
    { name: "crop", options: { pad: 4 } },
    { name: "flip", options: {} },
  ],
  background: 0,
  // Photographs, most likely: of digits they are told by the black paper alone.
  foreign: { near: [], far: ["emoji", "textures"] },
  locate: () => undefined,
} as const satisfies Partial<DataSetEntry>;
