/**
 * Options that a transform has where only its name is given: crop pads by the field's usual four pixels.
 * @example
 * standardOptions("crop"); // e.g. { pad: 4 }
 */
export const standardOptions = (name: string): Readonly<Record<string, number>> => (name === "crop" ? { pad: 4 } : {});
