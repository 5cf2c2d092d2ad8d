import { chosenTokens, projected } from "./projection.ts";

/** The visual anchors themselves, projected: AcFormer's selection without its resampler ("Top-P" of its table 4). */
export const direct = projected((options) => chosenTokens("heads", options));
