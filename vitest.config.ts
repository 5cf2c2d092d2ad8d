import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["src/**/*.test.ts", "test/**/*.test.ts"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Two cores: one worker per core, and ONNX Runtime sessions in tests use one thread each.
    maxWorkers: 2,
    pool: "forks",
  },
});
