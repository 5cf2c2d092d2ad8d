import cors from "@fastify/cors";
import swagger from "@fastify/swagger";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { acceptBodies, bareApp } from "./app.ts";
import { Batcher } from "./batcher.ts";
import { docsPage, docsPolicy } from "./docs-page.ts";
import { JsonReader } from "./json-reader.ts";
import { beyond, defaultLimits, type Limits, Refusal } from "./limits.ts";
import { createMetrics } from "./metrics.ts";
import { descriptions, namedSchemas } from "./openapi.ts";
import { answerRefusals } from "./refusals.ts";
import { readUpload } from "./requests.ts";
import { readRows } from "./rows.ts";
import { type Example, type Served, type ServedModel, servedModel } from "./served.ts";

export interface ServerOptions {
  readonly model: ServedModel;
  readonly version: string;
  readonly limits?: Partial<Limits>;
  /** Origins whose pages may ask, e.g. `https://example.org`; `*` for all. Default none. */
  readonly cors?: readonly string[];
  /** One line for the operator: failures that no caller is to blame for. */
  readonly onFailure?: (line: string) => void;
}

interface Plugins {
  readonly served: Served;
  readonly version: string;
  readonly limits: Limits;
  readonly origins: readonly string[];
}

/** What is asked by other origins, how bodies are read, and the description of it all. */
async function registerPlugins(app: FastifyInstance, { served, version, limits, origins }: Plugins): Promise<void> {
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
      info: { title: served.title, version, description: served.description },
    },
    refResolver: {
      buildLocalReference: ({ $id }, _base, _fragment, i) => ($id as string | undefined) ?? `schema-${i}`,
    },
  });
  for (const schema of namedSchemas(served)) app.addSchema(schema);
  // Answers are made by functions of the schemas' types: to check them again would take longer than to make them.
  app.setSerializerCompiler(() => JSON.stringify);
}

/** What is counted; and the description of the interface, for programs and for people. */
function serveMetricsAndDocs(
  app: FastifyInstance,
  metrics: ReturnType<typeof createMetrics>,
  { pictures }: { readonly pictures: boolean },
): void {
  app.get("/metrics", { schema: descriptions.metrics }, async (_request, reply) =>
    reply.type(metrics.registry.contentType).send(await metrics.registry.metrics()),
  );
  app.get("/openapi.json", { schema: { hide: true } }, () => app.swagger());
  app.get("/docs", { schema: { hide: true } }, (_request, reply) =>
    reply
      .type("text/html; charset=utf-8")
      .header("content-security-policy", docsPolicy)
      .send(docsPage(app.swagger() as unknown as Parameters<typeof docsPage>[0], { pictures })),
  );
  // Relative, as the page's own links: a proxy may have put the server below a path.
  app.get("/", { schema: { hide: true } }, (_request, reply) => reply.redirect("docs"));
}

/** The model card, and whether requests are taken. */
function serveModelAndHealth(app: FastifyInstance, { card }: Served, isStopping: () => boolean): void {
  const startedAt = performance.now();
  app.get("/v1/model", { schema: descriptions.card }, () => card);
  app.get("/health", { schema: descriptions.health }, (_request, reply) => {
    const body = {
      status: isStopping() ? ("stopping" as const) : ("ok" as const),
      model: card.name,
      uptimeSeconds: (performance.now() - startedAt) / 1000,
    };
    return reply.code(isStopping() ? 503 : 200).send(body);
  });
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

/** What a request holds, an entry for each image or row. */
type Given = { readonly file: string | null; readonly example: Example | Refusal };

/** How requests of a model are read; what reads their JSON is to be closed. */
function requestReader({ images, columns }: Served, limits: Limits) {
  const json = images && new JsonReader([images.height, images.width, images.channels], limits);
  return {
    async read(request: FastifyRequest): Promise<Given[]> {
      if (columns) return readRows(request, columns, limits).map((example) => ({ file: null, example }));
      const uploaded = await readUpload(request, { card: images!, limits, json: json! });
      return uploaded.map(({ file, image }) => ({ file, example: image }));
    },
    close: async () => json?.close(),
  };
}

interface Answerer {
  /** Of the model. */
  readonly name: string;
  readonly limits: Limits;
  readonly read: (request: FastifyRequest) => Promise<Given[]>;
  readonly batcher: Batcher<Example, (file: string | null) => object>;
  readonly refused: ReturnType<typeof createMetrics>["refused"];
}

/** The answer to one request, which may hold several images or rows; some of them may be refused. */
async function predict(
  request: FastifyRequest,
  reply: FastifyReply,
  { name, limits, read, batcher, refused }: Answerer,
) {
  const gone = new AbortController();
  reply.raw.once("close", () => gone.abort(new Refusal(408, "gone", "the caller hung up")));
  const given = await read(request);
  const timer = setTimeout(() => gone.abort(beyond.time(limits)), limits.timeoutMs);
  try {
    const examples = given.flatMap(({ example }) => (example instanceof Refusal ? [] : [example]));
    const answers = (await batcher.answer(examples, gone.signal)).values();
    const predictions = given.map(({ file, example }) => {
      if (!(example instanceof Refusal)) return answers.next().value!(file);
      refused.inc({ code: example.code });
      return { file, error: { code: example.code, message: example.message } };
    });
    return { model: name, predictions };
  } finally {
    clearTimeout(timer);
  }
}

/** As `createServer` of the index says, which loads this file when it is asked. */
export async function createServer({
  model,
  version,
  limits: given,
  cors: origins = [],
  onFailure,
}: ServerOptions): Promise<FastifyInstance> {
  const limits: Limits = { ...defaultLimits, ...given };
  const served = servedModel(model);
  const { card, images, columns } = served;
  let pending = 0;
  let stopping = false;
  const handling = new Set<Promise<unknown>>();
  const reader = requestReader(served, limits);

  const batcher = new Batcher({
    maxBatch: limits.maxBatch,
    run: (examples: readonly Example[]) => served.answer(examples),
    onBatch(rows, seconds) {
      metrics.batchSizes.observe(rows);
      metrics.runSeconds.observe(seconds);
    },
  });
  const metrics = createMetrics(
    () => pending,
    () => batcher.waiting,
  );

  const answerer = { name: card.name, limits, read: reader.read, batcher, refused: metrics.refused };
  const app = bareApp(limits);
  await registerPlugins(app, { served, version, limits, origins });

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
    // Bodies are checked by `readUpload` and `readRows`: one schema can't say "a file or pixels".
    {
      onRequest: admit,
      validatorCompiler: () => () => true,
      schema: columns ? descriptions.predictRows : descriptions.predict,
    },
    (request, reply) => {
      const answering = predict(request, reply, answerer);
      handling.add(answering);
      return answering.finally(() => handling.delete(answering));
    },
  );

  serveModelAndHealth(app, served, () => stopping);
  serveMetricsAndDocs(app, metrics, { pictures: images !== undefined });

  app.addHook("preClose", () => {
    stopping = true;
  });
  app.addHook("onClose", async () => {
    // Those too whose callers hung up: their connections are gone, their work may not be.
    await Promise.allSettled(handling);
    await reader.close();
    await batcher.drained();
    await served.dispose();
  });
  return app;
}
