import { pooledTokens } from "./pooled.ts";
import { gathering } from "./resampler.ts";

/** Queries are the class token and means of square blocks of patches; AcFormer's table 4. */
export const pooledQueries = gathering((_, options) => {
  const pooled = pooledTokens(options);
  return { find: (_scope, seen) => pooled(seen) };
});
