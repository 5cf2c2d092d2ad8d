import { sha256 } from "@noble/hashes/sha2.js";
import { xoroshiro128plusFromState } from "pure-rand/generator/xoroshiro128plus";
import type { RandomGenerator } from "pure-rand/types/RandomGenerator";

/**
 * A seeded stream of random numbers. Streams are named, not shared: `random(seed, "shuffle", epoch)` gives the same
 * numbers whatever else was drawn before, which is what makes a resumed run equal an uninterrupted one bit for bit.
 * @example
 * const random = new Random("my experiment", 0); // the same key gives the same numbers on every machine
 * console.log(random.uniform(), random.integer(10), random.normal());
 */
export class Random {
  #generator: RandomGenerator;
  #spareNormal: number | undefined;

  constructor(...key: (string | number)[]) {
    // In JavaScript, as fast as Node's own for so short a text: the same streams in a browser.
    const hash = new DataView(sha256(new TextEncoder().encode(JSON.stringify(key))).buffer);
    this.#generator = xoroshiro128plusFromState([0, 4, 8, 12].map((offset) => hash.getInt32(offset, true)));
  }

  /** Uniform 32-bit integer in [-2^31, 2^31). */
  #bits(): number {
    return this.#generator.next();
  }

  /** Uniform in [0, 1), 32 bits of resolution. */
  uniform(): number {
    return (this.#bits() >>> 0) / 2 ** 32;
  }

  /** Uniform integer in [0, bound), without modulo bias (rejection). */
  integer(bound: number): number {
    const limit = 2 ** 32 - (2 ** 32 % bound);
    for (;;) {
      const value = this.#bits() >>> 0;
      if (value < limit) return value % bound;
    }
  }

  /** Standard normal (Box and Muller 1958). */
  normal(): number {
    if (this.#spareNormal !== undefined) {
      const spare = this.#spareNormal;
      this.#spareNormal = undefined;
      return spare;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    const angle = 2 * Math.PI * this.uniform();
    this.#spareNormal = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  }

  /** Shuffles in place (Fisher and Yates) and returns the same array. */
  shuffle<T extends { length: number; [index: number]: any }>(items: T): T {
    for (let i = items.length - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      [items[i], items[j]] = [items[j], items[i]];
    }
    return items;
  }
}

/**
 * 0 … n − 1 in random order.
 * @example
 * const order = permutation(imageCount(images), new Random("shuffle", 0)); // every row once, in a drawn order
 */
export const permutation = (n: number, random: Random): Int32Array =>
  random.shuffle(Int32Array.from({ length: n }, (_, i) => i));
