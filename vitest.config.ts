import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["src/**/*.test.ts", "test/**/*.test.ts"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Two cores: one worker per core, and ONNX Runtime sessions in tests use one thread each.
    maxWorkers: 2,
    pool: "forks",
    // `npm run coverage`; the command line's own processes and the page in the browser are not counted.
    coverage: {
      provider: "v8",
      include: ["src/**/*.ts"],
      exclude: ["src/web/**", "src/**/*.test.ts", "src/**/test-*.ts", "src/**/testing.ts", "src/**/cases/**"],
      reporter: ["text-summary", "json-summary"],
    },
  },
});
