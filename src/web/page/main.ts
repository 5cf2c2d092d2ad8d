import type { Image } from "../../core/image-set.ts";
import type { WebDevice } from "../../engine/runtime/web.ts";
import { checkManifest } from "../check-manifest.ts";
import { Client } from "../client.ts";
import { fromDisk, loadFile, loadJson } from "../files.ts";
import type { Manifest } from "../manifest.ts";
import { App } from "./app.ts";
import { element } from "./element.ts";
import { keepOffline } from "./offline.ts";
import { splitImages } from "./picture.ts";
import { differenceFrom, rankingDifference } from "./self-check.ts";
import "../style.css";

const WASM = "ort/ort-wasm-simd-threaded.wasm";

/** `?device=wasm` keeps to WebAssembly, `?device=webgpu` takes an adapter that is software, too. */
const asked = new URLSearchParams(location.search).get("device");
const wanted = asked === "wasm" || asked === "webgpu" ? asked : undefined;

async function start(): Promise<void> {
  const status = document.querySelector("#status")!;
  const manifest = checkManifest(await loadJson<Manifest>("demo.json"));
  status.textContent = "Loading the models …";
  const paths = [
    ...manifest.models.flatMap((entry) => [entry.graph, entry.teaching.step, entry.teaching.weights]),
    ...(manifest.words?.dualEncoders ?? []).flatMap(({ image, text, tokenizer, tokenizerConfig }) => [
      ...[image, text, tokenizer],
      ...(tokenizerConfig === undefined ? [] : [tokenizerConfig]),
    ]),
  ];
  const files = Object.fromEntries(await Promise.all(paths.map(async (path) => [path, await loadFile(path)] as const)));
  const samples = splitImages(await loadFile(manifest.samples.images), manifest.shape);
  const references = await Promise.all(
    manifest.models.map(async ({ referenceImages }) =>
      referenceImages ? splitImages(await loadFile(referenceImages), manifest.shape) : [],
    ),
  );
  const nearest = splitImages(await loadFile(manifest.nearest.images), manifest.shape);
  const { client, device, threads } = await open(manifest, files, samples[0]);
  const app = new App({ manifest, client, samples, references, nearest });
  document.querySelector("main")!.replaceChildren(...app.nodes);
  await app.begin();

  const isolated = globalThis.crossOriginIsolated;
  const engine = device === "webgpu" ? "WebGPU" : `WebAssembly, ${threads} ${threads === 1 ? "thread" : "threads"}`;
  const runs = element("span", { id: "engine" }, engine);
  const check = element("span", { id: "check" }, "comparing with Node …");
  document.querySelector("#runtime")!.replaceChildren("Runs here, on ", runs, "; ", check);
  document.querySelector("#licence")!.textContent = manifest.licence ? `Pictures: ${manifest.licence}.` : "";
  const difference = await largestDifference(client, manifest, samples);
  check.textContent = `its numbers are Node's to ${difference.toExponential(0)}`;
  check.dataset.difference = String(difference);
  document.documentElement.dataset.ready = "true";
  void app.playOpening();
  if (!fromDisk) await keepOffline(isolated);
}

/** The models in the worker; on WebAssembly where WebGPU fails or computes something else. */
async function open(manifest: Manifest, files: Record<string, ArrayBuffer>, sample: Image) {
  const wasmBinary = fromDisk ? await loadFile(WASM) : undefined;
  const base = new URL("ort/", document.baseURI).href;
  const opening = async (device?: WebDevice) => {
    const client = new Client();
    const opened = await client.call("open", { manifest, files, base, device, wasmBinary });
    return { client, ...opened };
  };
  const first = await opening(wanted).catch((error: Error) => {
    if (wanted === "wasm") throw error;
    return undefined;
  });
  if (first?.device === "wasm") return first;
  const agrees = first && (await differenceOf(first.client, manifest, 0, sample).catch(() => 1)) < 0.02;
  return agrees ? first : opening("wasm");
}

/** Over all samples and models. */
async function largestDifference(client: Client, manifest: Manifest, samples: readonly Image[]): Promise<number> {
  let largest = 0;
  for (const [i, sample] of samples.entries())
    largest = Math.max(largest, await differenceOf(client, manifest, i, sample));
  return largest;
}

/** What the browser says of sample `i` beside what Node said. */
async function differenceOf(client: Client, manifest: Manifest, i: number, image: Image): Promise<number> {
  const ofModels = differenceFrom(manifest, i, await client.call("predict", image));
  if (!manifest.words) return ofModels;
  const { suggested: words } = manifest.words;
  return Math.max(ofModels, rankingDifference(manifest.words, i, await client.call("rank", { image, words })));
}

start().catch((error: Error) => {
  const status = document.querySelector("#status") ?? document.body;
  status.textContent = `This page cannot start: ${error.message}`;
  status.classList.add("problem");
});
