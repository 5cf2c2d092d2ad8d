/** The beginning of a set's file names, unlike all others': also where a file system does not tell `A` from `a`. */
export function unusedSlug(set: string, others: readonly { readonly slug: string }[]): string {
  const stem = set.replace(/[^\w.-]+/g, "-").replace(/^[-.]+|[-.]+$/g, "") || "set";
  for (let n = 1; ; n++) {
    const slug = n === 1 ? stem : `${stem}-${n}`;
    if (!others.some((other) => other.slug.toLowerCase() === slug.toLowerCase())) return slug;
  }
}
