/** Something about a file that a user should know: what was skipped, taken otherwise than it stands there, or looks wrong. */
export interface Remark {
  /** E.g. `unknown-image`. */
  readonly kind: string;
  /** How many entries it is true of. */
  readonly count: number;
  /** A sentence with the count, the file and the first of them. */
  readonly text: string;
}

/** Collects remarks while a file is read, so that each is said once. */
export class Remarks<Kind extends string> {
  readonly #texts: Readonly<Record<Kind, (count: number, first: string) => string>>;
  readonly #found = new Map<Kind, { count: number; readonly first: string }>();

  /** @param texts what to say of each kind, in the order in which it is said */
  constructor(texts: Readonly<Record<Kind, (count: number, first: string) => string>>) {
    this.#texts = texts;
  }

  add(kind: Kind, first: string, count = 1): void {
    const found = this.#found.get(kind);
    if (found) found.count += count;
    else this.#found.set(kind, { count, first });
  }

  list(): Remark[] {
    return (Object.keys(this.#texts) as Kind[]).flatMap((kind) => {
      const found = this.#found.get(kind);
      return found ? [{ kind, count: found.count, text: this.#texts[kind](found.count, found.first) }] : [];
    });
  }
}
