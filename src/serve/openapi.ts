import { z } from "zod";
import { errorBody, failedImage, healthBody } from "./answers.ts";
import type { Served } from "./served.ts";

const byte = z.int().min(0).max(255);
const pixels = z.array(z.array(z.array(byte)));
/** What `readJsonBody` reads; it checks by itself, for shapes come before numbers. */
const pixelsBody = z.object({
  pixels: z
    .union([pixels, z.array(pixels)])
    .describe("uint8 values [height][width][channel] of one image of the model's size, or a list of such images"),
});
const encodedBody = z.object({
  images: z.array(z.string()).min(1).describe("base64 of image files, or data URLs"),
});

const rowsBody = z.object({
  rows: z
    .array(z.record(z.string(), z.union([z.number(), z.string()])))
    .min(1)
    .describe("an object for each row, with the columns of the model card; strings for categorical columns alone"),
});

const shared = { FailedImage: failedImage, Failure: errorBody, Health: healthBody };
const pictures = { Pixels: pixelsBody, EncodedImages: encodedBody };
type Name = keyof typeof shared | keyof typeof pictures | keyof Served["schemas"] | "Rows";

export const refTo = (name: Name) => ({ $ref: `${name}#` });

/** Schemas by the names that the OpenAPI document calls them, for Fastify; each refers to the others by name. */
export function namedSchemas({
  columns,
  schemas: own,
}: Pick<Served, "columns" | "schemas">): readonly ({ readonly $id: string } & Record<string, unknown>)[] {
  const named = { ...shared, ...(columns ? { Rows: rowsBody } : pictures), ...own };
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries<z.ZodType>(named)) registry.add(schema, { id });
  const { schemas } = z.toJSONSchema(registry, { uri: (id) => `${id}#`, io: "input" });
  return Object.entries(schemas).map(([id, { $schema: _, ...schema }]) => ({ ...schema, $id: id }));
}

const failures = (statuses: readonly (number | string)[]) =>
  Object.fromEntries(
    statuses.map((status) => [status, { description: "One line that says why", ...refTo("Failure") }]),
  );

const file = { schema: { type: "string", format: "binary" } };

/** What the OpenAPI document says of each route. */
export const descriptions = {
  predict: {
    operationId: "predict",
    summary: "What the model says of images",
    description:
      "Of several images, one that cannot be read has an error in its place; where none can, the first one's is the answer.",
    consumes: ["multipart/form-data", "image/*", "application/octet-stream", "application/json"],
    body: {
      content: {
        "application/json": { schema: { anyOf: [refTo("EncodedImages"), refTo("Pixels")] } },
        "image/*": file,
        "application/octet-stream": file,
        "multipart/form-data": {
          schema: {
            type: "object",
            properties: { image: { type: "array", items: { type: "string", format: "binary" } } },
          },
        },
      },
    },
    response: { 200: refTo("Predictions"), ...failures(["4xx", 503]) },
  },
  predictRows: {
    operationId: "predict",
    summary: "What the model says of rows of numbers",
    description:
      "Of several rows, one that lacks a number has an error in its place; where all do, the first one's is the answer.",
    consumes: ["application/json"],
    body: { content: { "application/json": { schema: refTo("Rows") } } },
    response: { 200: refTo("Predictions"), ...failures(["4xx", 503]) },
  },
  card: { operationId: "getModel", summary: "The model card", response: { 200: refTo("ModelCard") } },
  health: {
    operationId: "getHealth",
    summary: "Whether requests are taken",
    response: { 200: refTo("Health"), 503: refTo("Health") },
  },
  metrics: {
    operationId: "getMetrics",
    summary: "Prometheus metrics",
    response: { 200: { description: "Prometheus text", content: { "text/plain": { schema: { type: "string" } } } } },
  },
};
