/** How many rows of a batch are one image, and the option that says so; 1 in most methods. */
export function rowsPerImage(method: { readonly name: string }): { readonly option: string; readonly count: number } {
  const { referencesPerImage, batchRepetitions } = method as {
    readonly referencesPerImage?: number;
    readonly batchRepetitions?: number;
  };
  return batchRepetitions === undefined
    ? { option: "method.referencesPerImage", count: referencesPerImage ?? 1 }
    : { option: "method.batchRepetitions", count: batchRepetitions };
}
