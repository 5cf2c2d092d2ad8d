import type { FastifyInstance } from "fastify";
import type { ServerOptions } from "./server.ts";

/**
 * An HTTP server of one model, not yet listening: `POST /v1/predict`, `GET /v1/model`, `/health`, `/metrics`, `/docs`,
 * `/openapi.json`. Closing it finishes what it accepted, then lets the model go.
 * @throws UserError for a model of images that are not square
 * @example
 * const server = await createServer({ model: await openModel("runs/cifar"), version: "1.0.0" });
 * await server.listen({ port: 8080 });
 */
export async function createServer(options: ServerOptions): Promise<FastifyInstance> {
  // The server's packages would delay every program that imports this room for something else by a tenth of a second.
  const server = await import("./server.ts");
  return server.createServer(options);
}
