import { expect, test } from "vitest";
import { meansInWords, validationInWords } from "./in-words.ts";

test("what each task counts of training examples, in words", () => {
  expect(meansInWords({ accuracy: 0.5 })).toBe("accuracy 50.0 %");
  expect(meansInWords({ absoluteError: 0.123456 })).toBe("absolute error 0.123");
  expect(meansInWords({})).toBe("");
});

test("what validation said, of the averaged weights too", () => {
  expect(validationInWords({ validationLoss: 1, validationAccuracy: 0.912 })).toBe("validation accuracy 91.2 %");
  expect(
    validationInWords({ validationAccuracy: 0.912, averageValidationAccuracy: 0.92, averageValidationLoss: 1 }),
  ).toBe("validation accuracy 91.2 %, of the averaged weights 92.0 %");
  expect(validationInWords({ validationLoss: 1, validationRmse: 12.3456 })).toBe("validation RMSE 12.35");
  expect(validationInWords({ validationLoss: 1 })).toBe("");
});
