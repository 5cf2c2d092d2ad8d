/**
 * The options of a method that compares images with references; undefined for all others. Who knows a method's options only
 * asks here whether it is anchored.
 * @example anchoredOptions(config.method)?.maskProbability;
 */
export const anchoredOptions = <M extends { readonly name: string }>(
  method: M,
): Extract<M, { readonly name: "anchored" }> | undefined =>
  method.name === "anchored" ? (method as Extract<M, { readonly name: "anchored" }>) : undefined;
