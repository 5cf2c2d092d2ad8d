/**
 * Typed arrays as lists, numbers that JSON lacks as null.
 * @example
 * console.log(toJson({ accuracy: 0.91, sets: 3 }));
 */
export const toJson = (value: unknown): string =>
  JSON.stringify(value, (_, item) => (ArrayBuffer.isView(item) ? Array.from(item as Uint8Array) : item), 2);
