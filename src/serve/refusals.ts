import type { FastifyInstance, FastifyReply } from "fastify";
import { beyond, type Limits, Refusal } from "./limits.ts";
import type { Metrics } from "./metrics.ts";

const RETRY_AFTER_SECONDS = 1;
const methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] as const;

/** Answers what is refused, or fails, as `{ error: { code, message } }`. */
export function answerRefusals(
  app: FastifyInstance,
  { metrics, limits, onFailure }: { metrics: Metrics; limits: Limits; onFailure?: (line: string) => void },
): void {
  const refuse = (reply: FastifyReply, status: number, code: string, message: string) => {
    metrics.refused.inc({ code });
    if (status === 503) reply.header("retry-after", RETRY_AFTER_SECONDS);
    return reply.code(status).send({ error: { code, message } });
  };
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split("?")[0];
    const asked = `${request.method} ${request.url.slice(0, 100)}`;
    const allowed = methods.filter((method) => app.hasRoute({ method, url: path }));
    if (allowed.length === 0) return refuse(reply, 404, "not_found", `${asked}: no such address; see /docs`);
    reply.header("allow", allowed.join(", "));
    return refuse(reply, 405, "method_not_allowed", `${asked}: use ${allowed.join(" or ")}; see /docs`);
  });
  app.setErrorHandler((error: Error & { statusCode?: number; code?: string }, _request, reply) => {
    const refusal = error instanceof Refusal ? error : limitOf(error.code, limits);
    if (refusal) return refuse(reply, refusal.statusCode, refusal.code, refusal.message);
    const status = error.statusCode ?? 500;
    if (status < 500) return refuse(reply, status, codeOf(status), error.message);
    onFailure?.(`${error.name}: ${error.message}`);
    return refuse(reply, 500, "internal", "the server failed on this request; it goes on with others");
  });
}

/** The limit that one of Fastify's or its form parser's errors is about. */
function limitOf(code: string | undefined, limits: Limits): Refusal | undefined {
  switch (code) {
    case "FST_ERR_CTP_BODY_TOO_LARGE":
    case "FST_REQ_FILE_TOO_LARGE":
      return beyond.bodyBytes(limits);
    case "FST_FILES_LIMIT":
    case "FST_PARTS_LIMIT":
      return beyond.images(limits);
    case "FST_FIELDS_LIMIT":
      return new Refusal(413, "too_many_fields", "the form has too many fields; send files alone");
  }
  return undefined;
}

const codeOf = (status: number): string =>
  ({ 400: "bad_request", 408: "too_slow", 413: "too_large", 415: "unsupported_type" })[status] ?? `http_${status}`;
