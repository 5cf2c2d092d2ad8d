import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";

const LATENCIES = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** What /metrics tells, in a registry of its own: several servers may live in one process. */
export function createMetrics(pending: () => number, waiting: () => number) {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  new Gauge({
    name: "anchored_pending_requests",
    help: "Requests that are being received, decoded or waiting",
    registers,
    collect() {
      this.set(pending());
    },
  });
  new Gauge({
    name: "anchored_waiting_images",
    help: "Images that wait for a run of the model",
    registers,
    collect() {
      this.set(waiting());
    },
  });
  return {
    registry,
    requests: new Counter({
      name: "anchored_http_requests_total",
      help: "Answered requests",
      labelNames: ["route", "status"],
      registers,
    }),
    seconds: new Histogram({
      name: "anchored_http_request_duration_seconds",
      help: "From the request's first byte to the end of the answer",
      labelNames: ["route"],
      buckets: LATENCIES,
      registers,
    }),
    refused: new Counter({
      name: "anchored_refused_total",
      help: "Refused requests by code",
      labelNames: ["code"],
      registers,
    }),
    batchSizes: new Histogram({
      name: "anchored_batch_images",
      help: "Images of a run of the model",
      buckets: [1, 2, 4, 8, 16, 32, 64, 128, 256],
      registers,
    }),
    runSeconds: new Histogram({
      name: "anchored_run_duration_seconds",
      help: "A run of the model",
      buckets: LATENCIES,
      registers,
    }),
  };
}

export type Metrics = ReturnType<typeof createMetrics>;
