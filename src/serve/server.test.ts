import type { FastifyInstance } from "fastify";
import sharp from "sharp";
import { afterEach, describe, expect, test } from "vitest";
import { Random } from "../core/index.ts";
import type { Limits } from "./limits.ts";
import { createServer } from "./server.ts";
import { fakeModel, form, picture, pixels, post } from "./testing.ts";

let app: FastifyInstance | undefined;
afterEach(async () => {
  await app?.close();
  app = undefined;
});

async function serve(limits: Partial<Limits> = {}, fake = fakeModel()): Promise<FastifyInstance> {
  app = await createServer({ model: fake.model, version: "0.0.0", limits, onFailure: console.error });
  return app;
}

describe("predict", () => {
  test("a picture as the body, of any size", async () => {
    const answer = await post(await serve(), "image/png", await picture());
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toEqual({
      model: "fake",
      predictions: [
        {
          file: null,
          class: "light",
          confidence: 1,
          uncertainty: 0,
          uncertaintyRank: 0,
          probabilities: { dark: 0, light: 1 },
          logits: [0, 1],
        },
      ],
    });
  });

  test("files of a form, in their order", async () => {
    const { type, body } = form([
      { name: "night.jpg", bytes: await picture(9, 0, "jpeg") },
      { name: "day.tiff", bytes: await picture(30, 255, "tiff") },
    ]);
    const { predictions } = (await post(await serve(), type, body)).json();
    expect(predictions.map((one: { file: string; class: string }) => [one.file, one.class])).toEqual([
      ["night.jpg", "dark"],
      ["day.tiff", "light"],
    ]);
  });

  test("pixels, of one image and of several", async () => {
    const server = await serve();
    const one = await post(server, "application/json", JSON.stringify({ pixels: pixels(255) }));
    expect(one.json().predictions[0].class).toBe("light");
    const two = await post(server, "application/json", JSON.stringify({ pixels: [pixels(0), pixels(255)] }));
    expect(two.json().predictions.map((answer: { class: string }) => answer.class)).toEqual(["dark", "light"]);
  });
});

describe("what is refused, each with a status, a code and a line", () => {
  const truncated = async () => (await picture(45, 100, "png")).subarray(0, -30);
  /** 16-bit samples, called floating-point by TIFF's tag 339. */
  const halfFloats = async () => {
    const grey = sharp({ create: { width: 9, height: 9, channels: 3, background: "white" } }).toColourspace("grey16");
    const bytes = await grey.tiff({ compression: "lzw" }).toBuffer();
    bytes[bytes.indexOf(Buffer.from([339 % 256, 1, 3, 0, 1, 0, 0, 0])) + 8] = 3;
    return bytes;
  };
  const cases: readonly [string, number, string, string, () => Promise<Buffer | string>][] = [
    ["an empty body", 400, "empty", "image/png", async () => Buffer.alloc(0)],
    ["no image", 415, "no_image", "image/png", async () => Buffer.from("hello")],
    [
      "a drawing in SVG",
      415,
      "unsupported_format",
      "image/svg+xml",
      async () => '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>',
    ],
    ["a TIFF of floating-point samples", 415, "unsupported_samples", "image/tiff", () => halfFloats()],
    ["a truncated picture", 422, "damaged_image", "image/png", truncated],
    ["a picture of too many pixels", 413, "too_many_pixels", "image/png", () => picture(60)],
    ["too many bytes", 413, "too_large", "image/png", async () => Buffer.alloc(100_001)],
    [
      "too many images",
      413,
      "too_many_images",
      "application/json",
      async () => JSON.stringify({ pixels: [0, 0, 0, 0].map(pixels) }),
    ],
    ["JSON that is none", 400, "bad_request", "application/json", async () => "{"],
    ["JSON without pixels", 400, "no_pixels", "application/json", async () => "{}"],
    [
      "values that are no bytes",
      400,
      "no_pixels",
      "application/json",
      async () => JSON.stringify({ pixels: pixels(256) }),
    ],
    [
      "pixels of another size",
      422,
      "wrong_shape",
      "application/json",
      async () => JSON.stringify({ pixels: pixels(1).slice(1) }),
    ],
    ["another type", 415, "unsupported_type", "text/plain", async () => "cat"],
    ["a form without a file", 400, "no_file", "multipart/form-data; boundary=edge", async () => "--edge--\r\n"],
  ];
  test.each(cases)("%s: %i %s", async (_, status, code, type, body) => {
    const server = await serve({ maxPixels: 50 * 50, maxBodyBytes: 100_000, maxImages: 3 });
    const answer = await post(server, type, await body());
    expect({ status: answer.statusCode, code: answer.json().error.code }).toEqual({ status, code });
    expect(answer.json().error.message).not.toContain("\n");
  });

  test("an unknown address", async () => {
    const answer = await (await serve()).inject("/nothing");
    expect([answer.statusCode, answer.json().error.code]).toEqual([404, "not_found"]);
  });

  test("more than may be pending, before the body is read; those accepted are answered", async () => {
    const server = await serve({ maxPending: 2 }, fakeModel({ delayMs: 50 }));
    const body = JSON.stringify({ pixels: pixels(9) });
    const answers = await Promise.all([1, 2, 3, 4].map(() => post(server, "application/json", body)));
    expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([200, 200, 503, 503]);
    const refused = answers.find(({ statusCode }) => statusCode === 503)!;
    expect([refused.json().error.code, refused.headers["retry-after"]]).toEqual(["busy", "1"]);
    expect((await post(server, "application/json", body)).statusCode).toBe(200);
  });

  test("what takes too long", async () => {
    const server = await serve({ timeoutMs: 20 }, fakeModel({ delayMs: 200 }));
    const answer = await post(server, "application/json", JSON.stringify({ pixels: pixels(9) }));
    expect([answer.statusCode, answer.json().error.code]).toEqual([503, "timeout"]);
  });

  test("a failure of the model is told the operator, not the caller", async () => {
    const told: string[] = [];
    const { model } = fakeModel();
    model.predict = async () => {
      throw new Error("secret path");
    };
    app = await createServer({ model, version: "0.0.0", onFailure: (line) => told.push(line) });
    const answer = await post(app, "application/json", JSON.stringify({ pixels: pixels(9) }));
    expect(answer.statusCode).toBe(500);
    expect(answer.body).not.toContain("secret");
    expect(told).toEqual(["Error: secret path"]);
  });
});

test("concurrent requests share runs of the model", async () => {
  const fake = fakeModel({ delayMs: 10 });
  const server = await serve({ maxBatch: 8 }, fake);
  const levels = Array.from({ length: 24 }, (_, i) => 10 * i);
  const answers = await Promise.all(
    levels.map((level) => post(server, "application/json", JSON.stringify({ pixels: pixels(level) }))),
  );
  expect(answers.map((answer) => answer.json().predictions[0].logits[1])).toEqual(
    levels.map((level) => Math.fround(level / 255)),
  );
  expect(fake.batches.length).toBeLessThan(12);
  expect(fake.batches.reduce((sum, rows) => sum + rows)).toBe(24);
});

test("card, health, metrics and OpenAPI", async () => {
  const server = await serve();
  await post(server, "application/json", JSON.stringify({ pixels: pixels(9) }));
  await post(server, "image/png", "no");
  expect((await server.inject("/v1/model")).json()).toMatchObject({ name: "fake", classes: ["dark", "light"] });
  expect((await server.inject("/health")).json()).toMatchObject({ status: "ok", model: "fake" });
  const metrics = (await server.inject("/metrics")).body;
  expect(metrics).toContain('anchored_http_requests_total{route="/v1/predict",status="200"} 1');
  expect(metrics).toContain('anchored_refused_total{code="no_image"} 1');
  expect(metrics).toContain("anchored_batch_images_count 1");
  expect(metrics).toContain("anchored_pending_requests 0");
  const openapi = (await server.inject("/openapi.json")).json();
  expect(openapi.openapi).toMatch(/^3\.1/);
  expect(Object.keys(openapi.paths).sort()).toEqual(["/health", "/metrics", "/v1/model", "/v1/predict"]);
  expect(Object.keys(openapi.paths["/v1/predict"].post.requestBody.content)).toContain("multipart/form-data");
});

test("closing finishes what was accepted, refuses what comes later, and lets the model go", async () => {
  const fake = fakeModel({ delayMs: 100 });
  const server = await serve({}, fake);
  const address = await server.listen({ host: "127.0.0.1", port: 0 });
  const body = JSON.stringify({ pixels: pixels(255) });
  const headers = { "content-type": "application/json" };
  const accepted = fetch(`${address}/v1/predict`, { method: "POST", headers, body });
  while (fake.batches.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  const closed = server.close();
  const answer = (await (await accepted).json()) as { predictions: { class: string }[] };
  expect(answer.predictions[0].class).toBe("light");
  await closed;
  expect(fake.model.disposed).toBe(true);
  await expect(fetch(`${address}/health`)).rejects.toThrow();
});

test("callers who hang up fail nothing, and closing waits for the work that they left", async () => {
  const told: string[] = [];
  const fake = fakeModel({ delayMs: 30 });
  app = await createServer({
    model: fake.model,
    version: "0.0.0",
    limits: { maxBatch: 1 },
    onFailure: (line) => told.push(line),
  });
  const address = await app.listen({ host: "127.0.0.1", port: 0 });
  const { predict } = fake.model;
  fake.model.predict = (images) => {
    if (fake.model.disposed) throw new Error("asked after its end");
    return predict(images);
  };
  const body = await picture(40);
  const gone = new AbortController();
  const calls = Array.from({ length: 8 }, () =>
    fetch(`${address}/v1/predict`, {
      method: "POST",
      headers: { "content-type": "image/png" },
      body,
      signal: gone.signal,
    }),
  );
  while (fake.batches.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  gone.abort();
  await Promise.allSettled(calls);
  await app.close();
  expect(told).toEqual([]);
  expect(fake.model.disposed).toBe(true);
  expect(fake.batches.length).toBeLessThan(8);
});

test("random damage to uploads and their headers crashes nothing", async () => {
  const server = await serve();
  const good = form([{ name: "a.jpg", bytes: await picture(40, 100, "jpeg") }]).body;
  const random = new Random("damage");
  for (let i = 0; i < 200; i++) {
    const bytes = Buffer.from(good.subarray(0, random.uniform() < 0.3 ? random.integer(good.length) : good.length));
    for (let hits = random.integer(12); hits > 0 && bytes.length > 0; hits--)
      bytes[random.integer(bytes.length)] = random.integer(256);
    const { statusCode, body } = await post(server, "multipart/form-data; boundary=edge", bytes);
    expect([200, 400, 413, 415, 422], body).toContain(statusCode);
  }
  expect((await server.inject("/health")).json().status).toBe("ok");
  expect((await server.inject("/metrics")).body).toContain("anchored_pending_requests 0");
});
