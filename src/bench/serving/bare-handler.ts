// The least that answers an upload with plain onnxruntime-node: a picture in, a run of the model, JSON out. No limits, no
// batching, no checks. The peer of speed.ts: node dist/bench/serving/bare-handler.js model.onnx
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import ort from "onnxruntime-node";
import sharp from "sharp";

const session = await ort.InferenceSession.create(process.argv[2]);
const [, height, width, channels] = (session.inputMetadata[0] as { shape: readonly unknown[] }).shape.map(Number);

const server = createServer(async (request, response) => {
  const chunks: Uint8Array[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const upright = sharp(Buffer.concat(chunks)).autoOrient().flatten({ background: "white" }).resize(width, height);
  const pixels = await upright.toColourspace("srgb").removeAlpha().raw({ depth: "uchar" }).toBuffer();
  const images = new ort.Tensor("uint8", pixels, [1, height, width, channels]);
  const { label, score } = await session.run({ images });
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify({ class: label.data[0], uncertainty: score.data[0] }));
});
server.listen(0, "127.0.0.1", () =>
  console.log(JSON.stringify({ address: `http://127.0.0.1:${(server.address() as AddressInfo).port}` })),
);
