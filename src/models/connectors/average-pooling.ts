import { pooledTokens } from "./pooled.ts";
import { projected } from "./projection.ts";

/** The class token and means of square blocks of patches, projected; AcFormer's table 4. */
export const averagePooling = projected(pooledTokens);
