import { expect, test } from "vitest";
import { conformalMethods } from "../evaluate/index.ts";
import { conformalOptions } from "./conformal-options.ts";

test("every parameter of every method is an option, with the method's own default", () => {
  const parameters = Object.entries(conformalMethods).flatMap(([method, { parameters }]) =>
    Object.entries(parameters.parse({})).map(([name, standard]) => [`conformal.${method}.${name}`, standard]),
  );
  expect(parameters.length).toBe(3);
  expect(conformalOptions().map(({ path, standard }) => [path, standard])).toEqual([
    ["conformal.alpha", 0.1],
    ...parameters,
  ]);
});
