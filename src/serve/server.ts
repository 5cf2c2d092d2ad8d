import cors from "@fastify/cors";
import swagger from "@fastify/swagger";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { UserError } from "../core/index.ts";
import type { Classifier } from "../export/index.ts";
import { type Answer, separated, toPrediction } from "./answers.ts";
import { acceptBodies, bareApp } from "./app.ts";
import { Batcher } from "./batcher.ts";
import { docsPage, docsPolicy } from "./docs-page.ts";
import { JsonReader } from "./json-reader.ts";
import { beyond, defaultLimits, type Limits, Refusal } from "./limits.ts";
import { createMetrics } from "./metrics.ts";
import { descriptions, namedSchemas } from "./openapi.ts";
import { answerRefusals } from "./refusals.ts";
import { readUpload } from "./requests.ts";

export interface ServerOptions {
  readonly model: Classifier;
  readonly version: string;
  readonly limits?: Partial<Limits>;
  /** Origins whose pages may ask, e.g. `https://example.org`; `*` for all. Default none. */
  readonly cors?: readonly string[];
  /** One line for the operator: failures that no caller is to blame for. */
  readonly onFailure?: (line: string) => void;
}

interface Plugins {
  readonly name: string;
  readonly version: string;
  readonly limits: Limits;
  readonly origins: readonly string[];
}

/** What is asked by other origins, how bodies are read, and the description of it all. */
async function registerPlugins(app: FastifyInstance, { name, version, limits, origins }: Plugins): Promise<void> {
  if (origins.length > 0)
    await app.register(cors, {
      origin: origins.includes("*") ? "*" : [...origins],
      methods: ["GET", "HEAD", "POST"],
      exposedHeaders: ["retry-after"],
    });
  await acceptBodies(app, limits);
  await app.register(swagger, {
    openapi: {
      openapi: "3.1.0",
      info: { title: `${name}: image classifier`, version, description: "Class, confidence and uncertainty." },
    },
    refResolver: {
      buildLocalReference: ({ $id }, _base, _fragment, i) => ($id as string | undefined) ?? `schema-${i}`,
    },
  });
  for (const schema of namedSchemas()) app.addSchema(schema);
  // Answers are made by functions of the schemas' types: to check them again would take longer than to make them.
  app.setSerializerCompiler(() => JSON.stringify);
}

/** What is counted; and the description of the interface, for programs and for people. */
function serveMetricsAndDocs(app: FastifyInstance, metrics: ReturnType<typeof createMetrics>): void {
  app.get("/metrics", { schema: descriptions.metrics }, async (_request, reply) =>
    reply.type(metrics.registry.contentType).send(await metrics.registry.metrics()),
  );
  app.get("/openapi.json", { schema: { hide: true } }, () => app.swagger());
  app.get("/docs", { schema: { hide: true } }, (_request, reply) =>
    reply
      .type("text/html; charset=utf-8")
      .header("content-security-policy", docsPolicy)
      .send(docsPage(app.swagger() as unknown as Parameters<typeof docsPage>[0])),
  );
  // Relative, as the page's own links: a proxy may have put the server below a path.
  app.get("/", { schema: { hide: true } }, (_request, reply) => reply.redirect("docs"));
}

/** Counts answers; a server that stops lets connections go. */
function countResponses(
  app: FastifyInstance,
  metrics: ReturnType<typeof createMetrics>,
  isStopping: () => boolean,
): void {
  // A connection kept alive would keep a closing server waiting.
  app.addHook("onSend", async (_request, reply) => {
    if (isStopping()) reply.header("connection", "close");
  });
  app.addHook("onResponse", async (request, reply) => {
    const route = request.routeOptions.url ?? "unknown";
    metrics.requests.inc({ route, status: reply.statusCode });
    metrics.seconds.observe({ route }, reply.elapsedTime / 1000);
  });
}

interface Answerer {
  readonly reading: Parameters<typeof readUpload>[1];
  readonly batcher: Batcher<Uint8Array, Answer>;
  readonly refused: ReturnType<typeof createMetrics>["refused"];
}

/** The answer to one upload, which may hold several images; some of them may be refused. */
async function predict(request: FastifyRequest, reply: FastifyReply, { reading, batcher, refused }: Answerer) {
  const { card, limits } = reading;
  const gone = new AbortController();
  reply.raw.once("close", () => gone.abort(new Refusal(408, "gone", "the caller hung up")));
  const uploaded = await readUpload(request, reading);
  const timer = setTimeout(() => gone.abort(beyond.time(limits)), limits.timeoutMs);
  try {
    const images = uploaded.map(({ image }) => image).filter((image) => image instanceof Uint8Array);
    const answers = (await batcher.answer(images, gone.signal)).values();
    const predictions = uploaded.map(({ file, image }) => {
      if (image instanceof Uint8Array) return toPrediction(card, answers.next().value!, file);
      refused.inc({ code: image.code });
      return { file, error: { code: image.code, message: image.message } };
    });
    return { model: card.name, predictions };
  } finally {
    clearTimeout(timer);
  }
}

/**
 * An HTTP server of one model, not yet listening: `POST /v1/predict`, `GET /v1/model`, `/health`, `/metrics`, `/docs`,
 * `/openapi.json`. Closing it finishes what it accepted, then lets the model go.
 * @throws UserError for a model of images that are not square
 */
export async function createServer({
  model,
  version,
  limits: given,
  cors: origins = [],
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
  const json = new JsonReader([card.height, card.width, card.channels], limits);
  const reading = { card, limits, json };

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

  const answerer = { reading, batcher, refused: metrics.refused };
  const app = bareApp(limits);
  await registerPlugins(app, { name: card.name, version, limits, origins });

  countResponses(app, metrics, () => stopping);
  answerRefusals(app, { metrics, limits, onFailure });

  /** A request that is counted from its headers to its answer, or refused before its body is read. */
  async function admit({ headers }: FastifyRequest, reply: FastifyReply): Promise<void> {
    if (pending >= limits.maxPending) throw beyond.pending(limits);
    if (Number(headers["content-length"]) > limits.maxBodyBytes) throw beyond.bodyBytes(limits);
    pending++;
    reply.raw.once("close", () => pending--);
  }

  app.post(
    "/v1/predict",
    // Bodies are checked by `readUpload`: one schema can't say "a file or pixels".
    { onRequest: admit, validatorCompiler: () => () => true, schema: descriptions.predict },
    (request, reply) => {
      const answering = predict(request, reply, answerer);
      handling.add(answering);
      return answering.finally(() => handling.delete(answering));
    },
  );

  app.get("/v1/model", { schema: descriptions.card }, () => card);
  app.get("/health", { schema: descriptions.health }, (_request, reply) => {
    const body = {
      status: stopping ? ("stopping" as const) : ("ok" as const),
      model: card.name,
      uptimeSeconds: (performance.now() - startedAt) / 1000,
    };
    return reply.code(stopping ? 503 : 200).send(body);
  });
  serveMetricsAndDocs(app, metrics);

  app.addHook("preClose", () => {
    stopping = true;
  });
  app.addHook("onClose", async () => {
    // Those too whose callers hung up: their connections are gone, their work may not be.
    await Promise.allSettled(handling);
    await json.close();
    await batcher.drained();
    await model.dispose();
  });
  return app;
}
