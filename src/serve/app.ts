import multipart from "@fastify/multipart";
import { type FastifyInstance, fastify } from "fastify";
import type { Limits } from "./limits.ts";
import { unsupportedType } from "./requests.ts";

/** Half a minute to send a body: who drips bytes doesn't hold a place. */
const RECEIVE_TIMEOUT_MS = 30_000;

/** Fastify without routes. */
export const bareApp = (limits: Limits): FastifyInstance =>
  fastify({
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

/** Forms, and all else as bytes; what they are is looked at later. */
export async function acceptBodies(app: FastifyInstance, limits: Limits): Promise<void> {
  await app.register(multipart, {
    limits: {
      fileSize: limits.maxBodyBytes,
      files: limits.maxImages,
      fields: 8,
      fieldSize: 1024,
      parts: limits.maxImages + 8,
    },
  });
  app.removeContentTypeParser(["application/json", "text/plain"]);
  const asBytes = { parseAs: "buffer" } as const;
  for (const type of ["application/json", "application/octet-stream", /^image\//])
    app.addContentTypeParser(type, asBytes, (_request, body, done) => done(null, body));
  // Without a type; and that of an HTML form is what curl --data-binary says of everything.
  app.addContentTypeParser("*", asBytes, ({ headers }, body, done) => {
    const type = headers["content-type"] ?? "";
    if (type === "" || /^application\/x-www-form-urlencoded\b/i.test(type)) done(null, body);
    else done(unsupportedType(type), undefined);
  });
}
