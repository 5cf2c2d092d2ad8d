import { describe, expect, test } from "vitest";
import { runCli } from "../cli/run-cli.ts";
import { sizeOf } from "../core/index.ts";
import { memoryFormats, pytorchSide } from "./pytorch.ts";
import { benchModels, trainingStep } from "./steps.ts";
import { installedPyTorch } from "./testing.ts";

test("without PyTorch one line says what to install, with exit code 2", async () => {
  const notes: string[] = [];
  const terminal = {
    out: () => {},
    note: (line: string) => notes.push(line),
    interactive: false,
    input: async () => new Uint8Array(),
    interruptible: <T>(work: (signal: AbortSignal) => Promise<T>) => work(new AbortController().signal),
  };
  const code = await runCli(["bench", "engine", "--peers", "--python", "/no/such/python"], terminal);
  expect(notes.at(-1)).toMatch(/^anchored: --peers: no PyTorch in \/no\/such\/python; .*python3-torch.*\.?$/);
  expect(code).toBe(2);
});

const python = installedPyTorch();

describe.skipIf(!python)("where PyTorch is installed", () => {
  const side = (model: (typeof benchModels)[number], parameters: number, format = memoryFormats[0]) =>
    pytorchSide({ python: python!, model, batchSize: 2, parameters, threads: 1, format });

  test.each(benchModels)("%s has a twin with as many parameters, which makes steps", async (model) => {
    const { params } = trainingStep(model, 2).start;
    const twin = await side(
      model,
      Object.values(params).reduce((sum, { shape }) => sum + sizeOf(shape), 0),
    );
    const { stepMs, peakBytes } = await twin.round(2);
    twin.stop();
    expect(stepMs).toHaveLength(2);
    expect(Math.min(...stepMs)).toBeGreaterThan(0);
    expect(peakBytes).toBeGreaterThan(1e6);
    expect(twin.ready.blas).toBeTruthy();
  });

  test("another network is refused", async () => {
    await expect(side("resnet20", 1)).rejects.toThrow("resnet20 has 272906 parameters in PyTorch, 1 in src/models");
  });
});
