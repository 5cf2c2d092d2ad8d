import type { Image } from "../../core/image-set.ts";
import type { ModelEntry } from "../manifest.ts";
import type { TrainingPictures } from "./known.ts";
import type { Reading } from "./reading.ts";
import { Strip, type StripContent } from "./strip.ts";
import { type Shown, Verdict } from "./verdict.ts";

/** What the models say of the picture: in full, in a strip, and spoken. */
export class Answers {
  readonly strip: Strip;
  readonly verdicts: readonly Verdict[];

  /** `references` [model][R] */
  constructor(models: readonly ModelEntry[], references: readonly (readonly Image[])[], training: TrainingPictures) {
    this.strip = new Strip(models);
    this.verdicts = models.map((entry, i) => new Verdict(entry, i, references[i], training));
  }

  /** `readings` [model] */
  show(readings: readonly Reading[], shown: Shown & Omit<StripContent, "readings">): void {
    for (const [i, verdict] of this.verdicts.entries()) verdict.show(readings[i], shown);
    this.strip.show({ ...shown, readings });
  }
}
