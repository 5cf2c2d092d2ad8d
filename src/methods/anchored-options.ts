/** Of several methods' options, those of the methods that compare images with references. */
type OfAnchored<M> = M extends unknown ? ("references" extends keyof M ? M : never) : never;

/**
 * The options of a method that compares images with references, which say what the references are; undefined for all others.
 * A method of the user's own may have no more of them than `references` and `referenceCount`.
 * @example anchoredOptions(config.method)?.referenceCount;
 */
export const anchoredOptions = <M extends { readonly name: string }>(method: M): OfAnchored<M> | undefined =>
  "references" in method ? (method as unknown as OfAnchored<M>) : undefined;
