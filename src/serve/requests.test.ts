import type { FastifyInstance } from "fastify";
import { afterEach, describe, expect, test } from "vitest";
import type { Limits } from "./limits.ts";
import { createServer } from "./server.ts";
import { fakeModel, form, picture, pixels, post } from "./testing.ts";

let app: FastifyInstance | undefined;
afterEach(async () => {
  await app?.close();
  app = undefined;
});

async function serve(limits: Partial<Limits> = {}, cors?: readonly string[]): Promise<FastifyInstance> {
  app = await createServer({ model: fakeModel().model, version: "0.0.0", limits, cors, onFailure: console.error });
  return app;
}

const classes = (answer: { json(): { predictions: { class?: string; error?: { code: string } }[] } }) =>
  answer.json().predictions.map((one) => one.class ?? one.error?.code);

describe("what bytes are is looked at where no type says it", () => {
  const none: [string, string | undefined][] = [
    ["no type", undefined],
    ["what curl says of all", "application/x-www-form-urlencoded"],
  ];
  test.each(none)("%s", async (_, type) => {
    const server = await serve();
    expect(classes(await post(server, type, await picture(9, 255, "jpeg")))).toEqual(["light"]);
    expect(classes(await post(server, type, `\n ${JSON.stringify({ pixels: pixels(0) })}`))).toEqual(["dark"]);
    const noise = await post(server, type, "cat");
    expect([noise.statusCode, noise.json().error.code]).toEqual([415, "no_image"]);
    const empty = await post(server, type, "");
    expect([empty.statusCode, empty.json().error.code]).toEqual([400, "empty"]);
  });

  test("a type that is not accepted is named, with those that are", async () => {
    const { message } = (await post(await serve(), "text/plain", "cat")).json().error;
    expect(message).toMatch(/^content-type text\/plain: not accepted; send JPEG, .*AVIF.* application\/json$/);
  });
});

test("AVIF is accepted, and messages call it so", async () => {
  const server = await serve();
  expect(classes(await post(server, "image/avif", await picture(16, 255, "avif")))).toEqual(["light"]);
  const { message } = (
    await post(server, "image/svg+xml", '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>')
  ).json().error;
  expect(message).toMatch(/svg is not accepted; send JPEG, PNG, WebP, GIF, TIFF or AVIF$/);
});

describe("one bad image does not spoil the others", () => {
  test("files of a form", async () => {
    const good = await picture();
    const { type, body } = form([
      { name: "day.png", bytes: good },
      { name: "cut.png", bytes: (await picture(45, 100)).subarray(0, -30) },
      { name: "notes.txt", bytes: Buffer.from("no image") },
      { name: "large.png", bytes: await picture(60) },
      { name: "night.png", bytes: await picture(10, 0) },
    ]);
    const server = await serve({ maxPixels: 50 * 50 });
    const answer = await post(server, type, body);
    expect(answer.statusCode).toBe(200);
    expect(classes(answer)).toEqual(["light", "damaged_image", "no_image", "too_many_pixels", "dark"]);
    expect(answer.json().predictions[1]).toMatchObject({ file: "cut.png", error: { message: /^cut.png: / } });
    expect((await server.inject("/metrics")).body).toContain('anchored_refused_total{code="damaged_image"} 1');
  });

  test("pixels and base64", async () => {
    const server = await serve();
    const several = [pixels(0), pixels(0).slice(1), pixels(256), pixels(255)];
    const answer = await post(server, "application/json", JSON.stringify({ pixels: several }));
    expect(classes(answer)).toEqual(["dark", "wrong_shape", "no_pixels", "light"]);
    expect(answer.json().predictions[1].error.message).toMatch(/^image 1: pixels are of height 3; .*\[4, 4, 3\]$/);
    const images = [(await picture()).toString("base64"), "no base64!", Buffer.from("cat").toString("base64")];
    expect(classes(await post(server, "application/json", JSON.stringify({ images })))).toEqual([
      "light",
      "no_base64",
      "no_image",
    ]);
  });

  test("where none can be read, the first one's refusal is the answer", async () => {
    const bytes = Buffer.from("no image");
    const { type, body } = form([
      { name: "a.txt", bytes },
      { name: "b.txt", bytes },
    ]);
    const answer = await post(await serve(), type, body);
    expect([answer.statusCode, answer.json().error]).toMatchObject([415, { message: /^a.txt: / }]);
  });
});

describe("base64", () => {
  test("of both alphabets, with and without padding, wrapped, and as a data URL", async () => {
    const bytes = await picture(11, 255, "jpeg");
    const plain = bytes.toString("base64");
    const images = [
      plain,
      bytes.toString("base64url"),
      plain.replace(/=+$/, ""),
      plain.replace(/.{76}/g, "$&\r\n"),
      `data:image/jpeg;base64,${plain}`,
    ];
    const answer = await post(await serve(), "application/json", JSON.stringify({ images }));
    expect(classes(answer)).toEqual(images.map(() => "light"));
  });

  test("is looked through in time that grows with its length alone", async () => {
    const body = JSON.stringify({ images: [`A${" ".repeat(4e6)}!`] });
    const startedAt = performance.now();
    const answer = await post(await serve(), "application/json", body);
    expect(answer.json().error.code).toBe("no_base64");
    expect(performance.now() - startedAt).toBeLessThan(10_000);
  });

  test.each([{ images: [] }, { images: "x" }, { images: ["x"], pixels: [] }, [[]], "x", null])(
    "%j is refused",
    async (body) => {
      const answer = await post(await serve(), "application/json", JSON.stringify(body));
      expect([answer.statusCode, answer.json().error.code]).toEqual([400, "no_pixels"]);
    },
  );
});

describe("what is too large is told the limit and the option", () => {
  const json = "application/json";
  const cases: [string, string, () => Promise<{ type: string; body: Buffer | string }>][] = [
    [
      "too_large",
      "larger than 100000 bytes (the server's --max-body)",
      async () => ({ type: "image/png", body: Buffer.alloc(100_001) }),
    ],
    [
      "too_large",
      "larger than 100000 bytes (the server's --max-body)",
      async () => form([{ name: "a", bytes: Buffer.alloc(100_001) }]),
    ],
    [
      "too_large",
      "larger than 100000 bytes (the server's --max-body)",
      async () => form([60_000, 60_000].map((size) => ({ name: "a", bytes: Buffer.alloc(size) }))),
    ],
    [
      "too_many_images",
      "at most 3 in a request (the server's --max-images)",
      async () => ({ type: json, body: JSON.stringify({ pixels: [0, 0, 0, 0].map(pixels) }) }),
    ],
    [
      "too_many_images",
      "at most 3 in a request (the server's --max-images)",
      async () => ({ type: json, body: JSON.stringify({ images: ["", "", "", ""] }) }),
    ],
    [
      "too_many_images",
      "at most 3 in a request (the server's --max-images)",
      async () => form([1, 2, 3, 4].map((i) => ({ name: `${i}`, bytes: Buffer.from("x") }))),
    ],
    [
      "too_many_pixels",
      "more than 2500 pixels (the server's --max-pixels)",
      async () => ({ type: "image/png", body: await picture(60) }),
    ],
  ];
  test.each(cases)("%s: %s", async (code, words, make) => {
    const { type, body } = await make();
    const answer = await post(await serve({ maxPixels: 50 * 50, maxBodyBytes: 100_000, maxImages: 3 }), type, body);
    expect([answer.statusCode, answer.json().error.code]).toEqual([413, code]);
    expect(answer.json().error.message).toContain(words);
  });

  test("also a form whose length is not told beforehand", async () => {
    const server = await serve({ maxBodyBytes: 100_000 });
    const address = await server.listen({ host: "127.0.0.1", port: 0 });
    const { type, body } = form([60_000, 60_000].map((size) => ({ name: "a", bytes: Buffer.alloc(size) })));
    const answer = await fetch(`${address}/v1/predict`, {
      method: "POST",
      headers: { "content-type": type },
      body: new Blob([body]).stream(),
      duplex: "half",
    } as RequestInit);
    expect([answer.status, ((await answer.json()) as { error: { code: string } }).error.code]).toEqual([
      413,
      "too_large",
    ]);
  });
});

/** How long nothing else was done while `work` was, at most: a timer of 2 ms that is late. */
async function longestStall(work: () => Promise<void>): Promise<number> {
  let [last, longest] = [performance.now(), 0];
  const look = () => {
    longest = Math.max(longest, performance.now() - last);
    last = performance.now();
  };
  const timer = setInterval(look, 2);
  await work();
  look();
  clearInterval(timer);
  return longest;
}

describe("megabytes of JSON do not keep others waiting", () => {
  const line = JSON.stringify(Array.from({ length: 1000 }, () => [255, 255, 255]));
  const image = JSON.stringify(pixels(255));
  const bodies: [string, string, number, string | undefined][] = [
    ["one image of another size", `{"pixels":[${Array(580).fill(line)}]}`, 422, "wrong_shape"],
    ["too many images", `{"pixels":[${Array(30_000).fill(image)}]}`, 413, "too_many_images"],
    ["no JSON in the end", `{"pixels":[${Array(580).fill(line)}`, 400, "bad_request"],
    ["good images", `{"pixels":[${Array(5000).fill(image)}]}`, 200, undefined],
  ];
  test.each(bodies)("%s", async (_, body, status, code) => {
    const server = await serve({ maxImages: 5000 });
    const startedAt = performance.now();
    try {
      JSON.parse(body);
    } catch {}
    const parsingMs = performance.now() - startedAt;
    const stallMs = await longestStall(async () => {
      const answer = await post(server, "application/json", body);
      expect([answer.statusCode, answer.json().error?.code]).toEqual([status, code]);
    });
    // To parse it alone would take longer; making the answers of so many images is work of its own.
    if (status !== 200) expect(stallMs).toBeLessThan(parsingMs);
  });
});

describe("addresses", () => {
  test.each([
    ["GET", "/v1/predict", "POST"],
    ["DELETE", "/v1/predict?x=1", "POST"],
    ["POST", "/health", "GET, HEAD"],
    ["PUT", "/v1/model", "GET, HEAD"],
    ["OPTIONS", "/v1/predict", "POST"],
  ] as const)("%s %s: 405, and what is allowed", async (method, url, allow) => {
    const answer = await (await serve()).inject({ method, url });
    expect([answer.statusCode, answer.headers.allow, answer.json().error.code]).toEqual([
      405,
      allow,
      "method_not_allowed",
    ]);
    expect(answer.json().error.message).toContain(`use ${allow.replace(", ", " or ")}`);
  });

  test("/ leads to a page that says all, and asks no other host", async () => {
    const server = await serve();
    const root = await server.inject("/");
    expect([root.statusCode, root.headers.location]).toEqual([302, "docs"]);
    const page = await server.inject("/docs");
    expect(page.headers["content-type"]).toBe("text/html; charset=utf-8");
    expect(page.headers["content-security-policy"]).toContain("default-src 'none'");
    expect(page.body).not.toMatch(/(src|href)\s*=\s*"?(https?:)?\/\//);
    for (const path of ["/v1/predict", "/v1/model", "/health", "/metrics", "openapi.json"])
      expect(page.body).toContain(path);
    const links = [...page.body.matchAll(/href="#([^"]+)"/g)].map(([, id]) => id);
    expect(links).toContain("schema-Predictions");
    for (const id of links) expect(page.body).toContain(`id="${id}"`);
  });

  test("OpenAPI: every operation has an id, every schema a name that leads somewhere", async () => {
    const text = (await (await serve()).inject("/openapi.json")).body;
    const { paths, components } = JSON.parse(text);
    const operations = Object.values(paths).flatMap((path) =>
      Object.values(path as Record<string, { operationId: string }>),
    );
    expect(operations.map(({ operationId }) => operationId).sort()).toEqual([
      "getHealth",
      "getMetrics",
      "getModel",
      "predict",
    ]);
    expect(Object.keys(components.schemas).sort()).toEqual(
      ["EncodedImages", "FailedImage", "Failure", "Health", "ModelCard", "Pixels", "Prediction", "Predictions"].sort(),
    );
    const references = [...text.matchAll(/"\$ref":"([^"]+)"/g)].map(([, reference]) => reference);
    expect(references.length).toBeGreaterThan(8);
    for (const reference of references)
      expect(components.schemas).toHaveProperty([reference.replace(/^#\/components\/schemas\//, "")]);
  });
});

describe("pages of other origins", () => {
  const ask = async (server: FastifyInstance, origin: string) =>
    (await server.inject({ url: "/health", headers: { origin } })).headers["access-control-allow-origin"];

  test("may not read answers unless an option says so", async () => {
    expect(await ask(await serve(), "https://example.org")).toBeUndefined();
  });

  test("those that are named, with preflights and refusals", async () => {
    const server = await serve({}, ["https://example.org", "http://localhost:3000"]);
    expect(await ask(server, "https://example.org")).toBe("https://example.org");
    expect(await ask(server, "http://localhost:3000")).toBe("http://localhost:3000");
    expect(await ask(server, "https://elsewhere.org")).toBeUndefined();
    const headers = { origin: "https://example.org", "access-control-request-method": "POST" };
    const preflight = await server.inject({ method: "OPTIONS", url: "/v1/predict", headers });
    expect([preflight.statusCode, preflight.headers["access-control-allow-methods"]]).toEqual([204, "GET, HEAD, POST"]);
    const refused = await server.inject({ url: "/v1/predict", headers });
    expect([refused.statusCode, refused.headers["access-control-allow-origin"]]).toEqual([405, "https://example.org"]);
  });

  test("all", async () => {
    expect(await ask(await serve({}, ["*"]), "https://example.org")).toBe("*");
  });
});
