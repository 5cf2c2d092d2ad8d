export type { DualEncoderCard } from "./card.ts";
export { type Embeddings, type OpenedTowers, type OpenTowersOptions, openTowers } from "./open-towers.ts";
export { type ExportedTowers, type WriteTowersOptions, writeTowers } from "./write-towers.ts";
