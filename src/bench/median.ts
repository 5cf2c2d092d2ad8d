import { quantile } from "../evaluate/internal.ts";

/** Of an even number of values, the mean of the two in the middle. */
export const median = (values: readonly number[]): number => quantile(values, 0.5);
