import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { HostArray, Random, UserError } from "../core/index.ts";
import { decodeSafetensors, encodeSafetensors } from "../files/index.ts";
import { createModel } from "../models/index.ts";
import { type Checkpoint, checkVariables, loadCheckpoint, saveCheckpoint } from "./checkpoint.ts";

const folder = mkdtempSync(join(tmpdir(), "anchored-checkpoint-"));
afterAll(() => rmSync(folder, { recursive: true }));

const checkpoint: Checkpoint = {
  params: { "conv1.weight": HostArray.float32([2, 1], [1, -2]), "bn1.bias": HostArray.float32([1], [0.5]) },
  state: { "bn1.running_mean": HostArray.float32([1], [3]) },
  slots: { momentum: { "conv1.weight": HostArray.float32([2, 1], [0, 1]), "bn1.bias": HostArray.float32([1], [7]) } },
  references: HostArray.float32([1, 1, 1, 2], [0.25, 0.75]),
  outputAnchor: HostArray.float32([2], [0.4, 0.6]),
  progress: { step: 12, epochLossSum: 1.5, epochSums: { correct: 3 }, seconds: 0.1 },
};

describe("a checkpoint", () => {
  const path = join(folder, "checkpoint.safetensors");
  saveCheckpoint(path, checkpoint);
  const good = readFileSync(path);

  test("comes back as it was, names in order", () => {
    const loaded = loadCheckpoint(path);
    expect(loaded).toEqual(checkpoint);
    expect(Object.keys(loaded.params)).toEqual(["conv1.weight", "bn1.bias"]);
  });

  test("is a safetensors file: 8-aligned header, contiguous data, plain parameter names", () => {
    const headerBytes = Number(good.readBigUInt64LE());
    expect(headerBytes % 8).toBe(0);
    const header = JSON.parse(good.toString("utf8", 8, 8 + headerBytes));
    expect(header["conv1.weight"]).toEqual({ dtype: "F32", shape: [2, 1], data_offsets: [0, 8] });
    expect(Object.keys(header)).toContain("optimizer.momentum.conv1.weight");
    expect(good.readFloatLE(8 + headerBytes + 4)).toBe(-2);
  });

  test("with any one bit flipped, or cut anywhere, is refused by name", () => {
    const damaged = join(folder, "damaged.safetensors");
    const refused = (bytes: Uint8Array) => {
      writeFileSync(damaged, bytes);
      expect(() => loadCheckpoint(damaged)).toThrow(UserError);
      expect(() => loadCheckpoint(damaged)).toThrow(`checkpoint ${damaged}: `);
    };
    // Spaces that pad the header carry nothing.
    const headerEnd = good.lastIndexOf("}", 8 + Number(good.readBigUInt64LE())) + 1;
    const isPadding = (at: number) => at >= headerEnd && at < 8 + Number(good.readBigUInt64LE());
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.nat(7), (at, bit) => {
        fc.pre(!isPadding(at));
        const bytes = Buffer.from(good);
        bytes[at] ^= 1 << bit;
        refused(bytes);
      }),
    );
    fc.assert(fc.property(fc.nat(good.length - 1), (length) => refused(good.subarray(0, length))));
    refused(Buffer.concat([good, Buffer.alloc(4)]));
  });

  test("of foreign make or absent is refused", () => {
    const foreign = join(folder, "foreign.safetensors");
    writeFileSync(foreign, encodeSafetensors(checkpoint.params));
    expect(() => loadCheckpoint(foreign)).toThrow("not written by anchored");
    expect(() => loadCheckpoint(join(folder, "absent"))).toThrow("no such file");
  });

  test.skipIf(!existsSync("/dev/full"))("that a full disk has no room for leaves the old one", () => {
    symlinkSync("/dev/full", `${path}.partial`);
    expect(() => saveCheckpoint(path, checkpoint)).toThrow(UserError);
    symlinkSync("/dev/full", `${path}.partial`);
    expect(() => saveCheckpoint(path, checkpoint)).toThrow("the disk is full");
    expect(readFileSync(path).equals(good)).toBe(true);
    expect(existsSync(`${path}.partial`)).toBe(false);
  });

  test("of another model is refused with the first name that differs", () => {
    const model = createModel("resnet20", { inputChannels: 3, classes: 2 });
    const expected = model.init(new Random(0));
    expect(() => checkVariables("c", expected, model)).not.toThrow();
    expect(() => checkVariables("c", checkpoint, model)).toThrow(
      "checkpoint c: conv1.weight is [2,1], resnet20 has [16,3,3,3]; it belongs to another model",
    );
  });
});

test("safetensors: every type there and back", () => {
  const tensors = {
    flag: new HostArray("bool", [3], Uint8Array.of(1, 0, 1)),
    count: new HostArray("int32", [2], Int32Array.of(-1, 5)),
    scalar: HostArray.scalar(1.5),
    empty: HostArray.zeros([0, 4]),
    hash: new HostArray("uint32", [1], Uint32Array.of(2 ** 32 - 1)),
  };
  expect(decodeSafetensors(encodeSafetensors(tensors, { a: "b" }))).toEqual({ tensors, metadata: { a: "b" } });
});
