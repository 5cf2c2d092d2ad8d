import { outputNames } from "../tasks/classification/outputs/index.ts";

/** Methods that learn classes alone. */
export const ofClasses: readonly string[] = [...outputNames, "mimo"];
