import type { z } from "zod";
import type { RankedRow } from "./ranked-row.ts";

/** How a class's score is made of its image's probabilities: larger where it fits worse. A set holds the likeliest classes. */
export interface ConformalMethod<P extends Readonly<Record<string, number>> = any> {
  /** For headings and tables. */
  readonly title: string;
  /** One line of plain text: p₍ⱼ₎ is the j-th largest probability, r the rank of the class from 1, u uniform, one an image. */
  readonly formula: string;
  readonly source: string;
  /** Each with its default; those of `{}` are what is used where nothing was chosen. */
  readonly parameters: z.ZodType<P>;
  /**
   * What scores are compared by, of the class at a place from 0, the likeliest first: it grows with the score, and tells
   * apart scores that round to the same number.
   */
  readonly key: (row: RankedRow, place: number, parameters: P) => number;
  /** The score of a finite key, as the paper has it. */
  readonly score: (key: number) => number;
}
