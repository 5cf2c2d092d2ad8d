import { z } from "zod";

const fraction = z.number().gt(0).lt(1);

/** Options of every data set with boxes: how its images are split. */
export const splitFields = {
  seed: z.int().default(0).meta({ flag: "--split-seed", help: "decides the split and everything that is drawn" }),
  testFraction: fraction.default(0.15).meta({
    flag: "--test-fraction",
    help: "part of the images that is tested on",
    example: 0.15,
  }),
  validationFraction: fraction.default(0.1).meta({
    flag: "--validation-fraction",
    help: "part of the other images that is held out for validation",
    example: 0.1,
  }),
};
