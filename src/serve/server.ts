import multipart from "@fastify/multipart";
import swagger from "@fastify/swagger";
import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from "fastify";
import { z } from "zod";
import { UserError } from "../core/index.ts";
import type { Classifier } from "../export/index.ts";
import { type Answer, errorBody, healthBody, predictionsBody, separated, toPrediction } from "./answers.ts";
import { Batcher } from "./batcher.ts";
import { defaultLimits, type Limits, Refusal } from "./limits.ts";
import { createMetrics } from "./metrics.ts";
import { pixelsBody, readUpload } from "./requests.ts";

export interface ServerOptions {
  readonly model: Classifier;
  readonly version: string;
  readonly limits?: Partial<Limits>;
  /** One line for the operator: failures that no caller is to blame for. */
  readonly onFailure?: (line: string) => void;
}

/** Half a minute to send a body: who drips bytes doesn't hold a place. */
const RECEIVE_TIMEOUT_MS = 30_000;
const RETRY_AFTER_SECONDS = 1;

const jsonSchema = (schema: z.ZodType) => {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: "input" });
  return rest;
};

/**
 * An HTTP server of one model, not yet listening: `POST /v1/predict`, `GET /v1/model`, `/health`, `/metrics`,
 * `/openapi.json`. Closing it finishes what it accepted, then lets the model go.
 * @throws UserError for a model of images that are not square
 */
export async function createServer({
  model,
  version,
  limits: given,
  onFailure,
}: ServerOptions): Promise<FastifyInstance> {
  const limits: Limits = { ...defaultLimits, ...given };
  const { card } = model;
  if (card.height !== card.width)
    throw new UserError(`the model's images are ${card.width}×${card.height}; only square ones are made from uploads`);
  const startedAt = performance.now();
  let pending = 0;
  let stopping = false;
  const handling = new Set<Promise<unknown>>();

  const batcher = new Batcher<Uint8Array, Answer>({
    maxBatch: limits.maxBatch,
    run: async (images) => separated(await model.predict(Buffer.concat(images))),
    onBatch(rows, seconds) {
      metrics.batchSizes.observe(rows);
      metrics.runSeconds.observe(seconds);
    },
  });
  const metrics = createMetrics(
    () => pending,
    () => batcher.waiting,
  );

  const app = fastify({
    bodyLimit: limits.maxBodyBytes,
    requestTimeout: RECEIVE_TIMEOUT_MS,
    connectionTimeout: 2 * RECEIVE_TIMEOUT_MS,
    forceCloseConnections: "idle",
    return503OnClosing: true,
    routerOptions: { maxParamLength: 200 },
    // Bytes that are no HTTP are answered once, and the connection ends.
    clientErrorHandler(_error, socket) {
      if (socket.writable) socket.end("HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
    },
  });
  await app.register(multipart, {
    limits: {
      fileSize: limits.maxBodyBytes,
      files: limits.maxImages,
      fields: 8,
      fieldSize: 1024,
      parts: limits.maxImages + 8,
    },
  });
  await app.register(swagger, {
    openapi: {
      openapi: "3.1.0",
      info: { title: `${card.name}: image classifier`, version, description: "Class, confidence and uncertainty." },
    },
  });
  app.removeContentTypeParser("text/plain");
  for (const type of ["application/octet-stream", /^image\//] as const)
    app.addContentTypeParser(type, { parseAs: "buffer" }, (_request, body, done) => done(null, body));

  // A connection kept alive would keep a closing server waiting.
  app.addHook("onSend", async (_request, reply) => {
    if (stopping) reply.header("connection", "close");
  });
  app.addHook("onResponse", async (request, reply) => {
    const route = request.routeOptions.url ?? "unknown";
    metrics.requests.inc({ route, status: reply.statusCode });
    metrics.seconds.observe({ route }, reply.elapsedTime / 1000);
  });
  app.setNotFoundHandler((request, reply) =>
    refuse(reply, 404, "not_found", `${request.method} ${request.url.slice(0, 100)}: see /openapi.json`),
  );
  app.setErrorHandler((error: Error & { statusCode?: number; code?: string }, _request, reply) => {
    const status = error.statusCode ?? 500;
    if (error instanceof Refusal) return refuse(reply, status, error.code, error.message);
    if (status < 500) return refuse(reply, status, codeOf(status), error.message);
    onFailure?.(`${error.name}: ${error.message}`);
    return refuse(reply, 500, "internal", "the server failed on this request; it goes on with others");
  });

  function refuse(reply: FastifyReply, status: number, code: string, message: string) {
    metrics.refused.inc({ code });
    if (status === 503) reply.header("retry-after", RETRY_AFTER_SECONDS);
    return reply.code(status).send({ error: { code, message } });
  }

  /** A request that is counted from its headers to its answer, or refused before its body is read. */
  async function admit(_request: FastifyRequest, reply: FastifyReply): Promise<void> {
    if (pending >= limits.maxPending)
      throw new Refusal(503, "busy", `${limits.maxPending} requests are pending; try again later`);
    pending++;
    reply.raw.once("close", () => pending--);
  }

  const errors = Object.fromEntries(["4xx", "503"].map((status) => [status, jsonSchema(errorBody)]));
  app.post(
    "/v1/predict",
    {
      onRequest: admit,
      // Bodies are checked by `readUpload`: one schema can't say "a file or pixels".
      validatorCompiler: () => () => true,
      schema: {
        summary: "Class, confidence and uncertainty of images",
        consumes: ["multipart/form-data", "image/*", "application/octet-stream", "application/json"],
        body: {
          content: {
            "application/json": { schema: jsonSchema(pixelsBody) },
            "image/*": { schema: { type: "string", format: "binary" } },
            "application/octet-stream": { schema: { type: "string", format: "binary" } },
            "multipart/form-data": {
              schema: { type: "object", properties: { image: { type: "string", format: "binary" } } },
            },
          },
        },
        response: { 200: jsonSchema(predictionsBody), ...errors },
      },
    },
    (request, reply) => {
      const answering = predict(request, reply);
      handling.add(answering);
      return answering.finally(() => handling.delete(answering));
    },
  );

  async function predict(request: FastifyRequest, reply: FastifyReply) {
    const gone = new AbortController();
    reply.raw.once("close", () => gone.abort(new Refusal(408, "gone", "the caller hung up")));
    const { images, names } = await readUpload(request, card, limits);
    const timer = setTimeout(
      () => gone.abort(new Refusal(503, "timeout", `not answered within ${limits.timeoutMs} ms; try again later`)),
      limits.timeoutMs,
    );
    try {
      const answers = await batcher.answer(images, gone.signal);
      return { model: card.name, predictions: answers.map((answer, i) => toPrediction(card, answer, names[i])) };
    } finally {
      clearTimeout(timer);
    }
  }

  app.get("/v1/model", { schema: { summary: "The model card" } }, () => card);
  app.get(
    "/health",
    {
      schema: {
        summary: "Whether requests are taken",
        response: { 200: jsonSchema(healthBody), 503: jsonSchema(healthBody) },
      },
    },
    (_request, reply) => {
      const body = {
        status: stopping ? ("stopping" as const) : ("ok" as const),
        model: card.name,
        uptimeSeconds: (performance.now() - startedAt) / 1000,
      };
      return reply.code(stopping ? 503 : 200).send(body);
    },
  );
  app.get("/metrics", { schema: { summary: "Prometheus metrics" } }, async (_request, reply) =>
    reply.type(metrics.registry.contentType).send(await metrics.registry.metrics()),
  );
  app.get("/openapi.json", { schema: { hide: true } }, () => app.swagger());

  app.addHook("preClose", () => {
    stopping = true;
  });
  app.addHook("onClose", async () => {
    // Those too whose callers hung up: their connections are gone, their work may not be.
    await Promise.allSettled(handling);
    await batcher.drained();
    await model.dispose();
  });
  return app;
}

const codeOf = (status: number): string =>
  ({ 400: "bad_request", 408: "too_slow", 413: "too_large", 415: "unsupported_type" })[status] ?? `http_${status}`;
