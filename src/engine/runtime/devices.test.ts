import { numpy as np } from "@jax-js/jax";
import { expect, test } from "vitest";
import { UserError } from "../../core/errors.ts";
import { HostArray } from "../../core/host-array.ts";
import { compile } from "../compile.ts";
import { type Device, devices, reasonOf } from "./devices.ts";

test.each(devices)("%s runs a program, or says in one line what is missing", async (device: Device) => {
  const double = (x: np.Array) => np.multiply(x, 2);
  const x = HostArray.float32([2], [1, 3]);
  const program = await compile(double, [x], { device }).catch((error: unknown) => error as Error);
  if (program instanceof Error) {
    expect(device).not.toBe("cpu");
    expect(program).toBeInstanceOf(UserError);
    expect(program.message).toMatch(new RegExp(`^device "${device}" is not available .*install.*or use device "cpu"$`));
    return;
  }
  expect([...(await program.run([x])).data]).toEqual([2, 6]);
  await program.dispose();
});

test("the reason is the end of ONNX Runtime's message, without its source files", () => {
  expect(reasonOf(new Error("/src/context.cc:136 status == Success was false. Failed to get an adapter: none\n"))).toBe(
    "Failed to get an adapter: none",
  );
});

test("an unknown device is told from the known ones", async () => {
  const compiling = compile((x: np.Array) => x, [HostArray.zeros([1])], { device: "gpu" as Device });
  await expect(compiling).rejects.toThrow('unknown device "gpu"; known: cpu, webgpu, cuda');
});
