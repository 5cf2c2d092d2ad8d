import { createRequire } from "node:module";
import { dirname } from "node:path";
import { pathToFileURL } from "node:url";
import { nn, numpy as np } from "@jax-js/jax";
import { expect, test } from "vitest";
import { HostArray } from "../../core/host-array.ts";
import { Random } from "../../core/random.ts";
import { compile } from "../compile.ts";
import { normalArrays } from "../testing.ts";
import { openWebRuntime } from "./web.ts";

const folder = dirname(createRequire(import.meta.url).resolve("onnxruntime-web"));
const base = `${pathToFileURL(folder).href}/`;

test("runs that overlap answer what each answers alone", async () => {
  const random = new Random("web.test");
  const normal = normalArrays(random);
  const example: [HostArray, HostArray] = [normal(4, 16), normal(16, 8)];
  const program = await compile((x: np.Array, w: np.Array) => nn.relu(np.matmul(x, w)), example, { threads: 1 });
  const runtime = await openWebRuntime({ base, device: "wasm" });
  expect(runtime).toMatchObject({ device: "wasm", threads: 1 });
  const sessions = [await runtime.createSession(program.toOnnx()), await runtime.createSession(program.toOnnx())];
  const asked = Array.from({ length: 60 }, () => [normal(4, 16), example[1]]);
  const answer = async (inputs: HostArray[], i: number) => {
    const out = HostArray.zeros([4, 8]);
    await sessions[i % 2].run(inputs, [out]);
    return out.data;
  };
  const alone: unknown[] = [];
  for (const [i, inputs] of asked.entries()) alone.push(await answer(inputs, i));
  const together = asked.map(async (inputs, i) => {
    for (let turns = random.integer(30); turns > 0; turns--) await undefined;
    return answer(inputs, i);
  });
  expect(await Promise.all(together)).toEqual(alone);
  for (const session of sessions) await session.dispose();
  await program.dispose();
});
