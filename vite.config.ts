import { copyFileSync, mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { defineConfig, type Plugin } from "vite";
import { paletteStyle } from "./src/core/palette.ts";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const outDir = here("dist/page");

/** ONNX Runtime's own files, which the page loads as they are. */
const runtimeFiles = [
  "ort-wasm-simd-threaded.wasm",
  "ort-wasm-simd-threaded.mjs",
  "ort.webgpu.min.mjs",
  "ort-wasm-simd-threaded.asyncify.wasm",
  "ort-wasm-simd-threaded.asyncify.mjs",
];

/** What of our code needs Node, and what the page has in its place. */
const inTheBrowser: Plugin = {
  name: "in-the-browser",
  enforce: "pre",
  resolveId(source) {
    if (/\/jpeg-codec\.ts$/.test(source) && !source.startsWith("/")) return here("src/web/jpeg-codec.ts");
    // Readers and writers of files, which the page never calls: they are dropped with what they import.
    if (source.startsWith("node:")) return { id: source, external: true, moduleSideEffects: false };
    return undefined;
  },
};

const runtime: Plugin = {
  name: "onnxruntime-files",
  // It is told where its files are; Vite would add a second copy of the module that it would else look for.
  transform: {
    filter: { id: /ort\.wasm\.bundle\.min\.mjs$/ },
    handler: (code) =>
      code.replaceAll('new URL("ort-wasm-simd-threaded.wasm",import.meta.url).href', '"ort-wasm-simd-threaded.wasm"'),
  },
  writeBundle() {
    const from = dirname(createRequire(import.meta.url).resolve("onnxruntime-web"));
    mkdirSync(join(outDir, "ort"), { recursive: true });
    for (const name of runtimeFiles) copyFileSync(join(from, name), join(outDir, "ort", name));
  },
};

/** Modules do not load from the disk, classic scripts do; nor does anything that asks for other origins' leave. */
const classicScript: Plugin = {
  name: "classic-script",
  transformIndexHtml: {
    order: "post",
    handler: (html) => html.replace(/<script type="module" crossorigin/g, "<script defer").replace(/ crossorigin/g, ""),
  },
};

/** The colours that reports have, too. */
const colours: Plugin = {
  name: "palette",
  transformIndexHtml: () => [{ tag: "style", children: paletteStyle, injectTo: "head-prepend" }],
};

const treeshake = {
  moduleSideEffects: (id: string) => !/\/src\/(core|corrupt|data|augment|methods|evaluate)\//.test(id),
};

/** The page of `anchored demo`, without models: src/web → dist/page. */
export default defineConfig({
  root: here("src/web"),
  base: "./",
  plugins: [inTheBrowser, classicScript, colours, runtime],
  // One script with the worker inside it, for pages that are opened from the disk.
  worker: {
    format: "iife",
    plugins: () => [inTheBrowser, runtime],
    rolldownOptions: { treeshake, checks: { pluginTimings: false } },
  },
  build: {
    outDir,
    emptyOutDir: true,
    target: "es2023",
    modulePreload: false,
    cssCodeSplit: false,
    reportCompressedSize: false,
    rolldownOptions: { treeshake, output: { format: "iife" }, checks: { pluginTimings: false } },
  },
});
