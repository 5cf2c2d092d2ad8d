import type { FastifyInstance } from "fastify";
import { afterEach, expect, test } from "vitest";
import type { RegressionCard, Regressor } from "../export/index.ts";
import { createServer } from "./server.ts";
import { picture, post } from "./testing.ts";

let app: FastifyInstance | undefined;
afterEach(async () => {
  await app?.close();
  app = undefined;
});

const numbers: RegressionCard["inputs"] = {
  kind: "numbers",
  names: ["size", "kind=land", "kind=town"],
  mean: [0, 0, 0],
  standardDeviation: [1, 1, 1],
  categorical: ["kind"],
};
const images: RegressionCard["inputs"] = {
  kind: "images",
  height: 4,
  width: 4,
  channels: 3,
  normalization: { mean: [0, 0, 0], std: [1, 1, 1] },
};

/** Answers with the first number of each example, ± its last. */
function fakeRegressor(inputs: RegressionCard["inputs"]): Regressor {
  const size = inputs.kind === "images" ? 48 : 3;
  const card: RegressionCard = {
    format: "anchored-regression/1",
    name: "fake",
    inputs,
    targets: { names: ["price"], mean: [0], standardDeviation: [1] },
    loss: "squared",
    standardDeviation: true,
    model: "none",
    method: "standard",
    references: 0,
    precision: "float32",
    weights: "raw",
    data: "made up",
    trainExamples: 0,
    parameters: 0,
  };
  return {
    card,
    async predict(given) {
      const count = given.length / size;
      const every = (place: number) => Float32Array.from({ length: count }, (_, i) => given[i * size + place]);
      return { count, mean: every(0), standardDeviation: every(size - 1) };
    },
    async dispose() {},
  };
}

async function serve(inputs: RegressionCard["inputs"] = numbers, maxImages = 64): Promise<FastifyInstance> {
  app = await createServer({ model: fakeRegressor(inputs), version: "0.0.0", limits: { maxImages } });
  return app;
}
const rows = (...given: unknown[]) => JSON.stringify({ rows: given });

test("rows in any order of their columns; further ones are left out, with or without a content type", async () => {
  const server = await serve();
  const body = rows({ kind: "town", size: 50, note: "x" }, { size: 80.5, kind: "land" });
  const expected = {
    model: "fake",
    predictions: [
      { file: null, targets: { price: { mean: 50, standardDeviation: 1 } } },
      { file: null, targets: { price: { mean: 80.5, standardDeviation: 0 } } },
    ],
  };
  for (const type of ["application/json", "application/x-www-form-urlencoded", undefined]) {
    const answer = await post(server, type, body);
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toEqual(expected);
  }
});

test("a row that lacks something does not spoil the others", async () => {
  const answer = await post(
    await serve(),
    "application/json",
    rows({ size: 1, kind: "sea" }, { size: 2, kind: "land" }),
  );
  expect(answer.json().predictions).toEqual([
    {
      file: null,
      error: {
        code: "bad_row",
        message: 'rows, row 1, column "kind": "sea" was in no training example; known: land, town',
      },
    },
    { file: null, targets: { price: { mean: 2, standardDeviation: 0 } } },
  ]);
});

test.each<[string, string, number, string, RegExp]>([
  ["nothing", "", 400, "empty", /the body is empty; send JSON such as/],
  ["no JSON", "{", 400, "bad_request", /no JSON/],
  ["no rows", "{}", 400, "no_rows", /holds no rows/],
  ["none of the rows", rows({ size: "5", kind: "land" }), 422, "bad_row", /row 1, column "size": "5" is not a number/],
  ["a column that no row has", rows({ kind: "land" }), 422, "bad_row", /no column "size"/],
  ["numbers in place of objects", rows(1), 422, "bad_row", /row 1: not an object/],
  ["a null", rows({ size: null, kind: "land" }), 422, "bad_row", /row 1, column "size": no value/],
  ["more than are accepted", rows({}, {}, {}), 413, "too_many_rows", /3 rows: at most 2 .*--max-images/],
])("refused: %s", async (_, body, status, code, message) => {
  const answer = await post(await serve(numbers, 2), "application/json", body);
  expect(answer.statusCode).toBe(status);
  expect(answer.json().error).toEqual({ code, message: expect.stringMatching(message) });
});

test("images are uploaded as a classifier's", async () => {
  const answer = await post(await serve(images), "image/png", await picture(10, 200));
  expect(answer.json().predictions).toEqual([
    { file: null, targets: { price: { mean: 200, standardDeviation: 200 } } },
  ]);
});

test("the OpenAPI document says what is taken and given", async () => {
  const ofRows = (await (await serve()).inject("/openapi.json")).json();
  expect(ofRows.info.title).toBe("fake: regression");
  const { content } = ofRows.paths["/v1/predict"].post.requestBody;
  expect(content).toEqual({ "application/json": { schema: { $ref: "#/components/schemas/Rows" } } });
  const { schemas } = ofRows.components;
  expect(Object.keys(schemas)).toContain("ModelCard");
  expect(Object.keys(schemas)).not.toContain("Pixels");
  expect(schemas.Prediction.required).toEqual(["file", "targets"]);
  expect((await app!.inject("/docs")).body).not.toContain("Pictures:");
  await app!.close();
  const ofImages = (await (await serve(images)).inject("/openapi.json")).json();
  expect(Object.keys(ofImages.components.schemas)).toContain("Pixels");
  expect(Object.keys(ofImages.paths["/v1/predict"].post.requestBody.content)).toContain("image/*");
  expect((await app!.inject("/docs")).body).toContain("Pictures:");
  expect((await app!.inject("/v1/model")).json()).toMatchObject({ format: "anchored-regression/1" });
});
