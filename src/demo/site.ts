import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { UserError } from "../core/index.ts";
import { diskError, sha256 } from "../files/internal.ts";
import type { Manifest } from "../web/manifest.ts";

/** The page without models, as `npm run build` leaves it; in the built package also when the sources are run. */
const builtPage = (): string =>
  fileURLToPath(new URL("../page/", import.meta.url.replace(/\/src\/(demo\/[^/]+)\.ts$/, "/dist/$1.js")));

const MANIFEST = "demo.json";
/** What a service worker fetches at once, so that the page works without a network. */
const FILES = "files.json";
const MODELS = "models";
/** Run by WebAssembly; the larger one of WebGPU is fetched where it is used. */
const RUNTIME = "ort/ort-wasm-simd-threaded.wasm";

const digest = (bytes: Uint8Array | string): string => sha256(bytes).slice(0, 10);

/** A folder that any web server can serve, under any path, and that a browser can open from the disk. */
export class Site {
  readonly #out: string;
  readonly #names: string[] = [];

  /**
   * Copies the page. What an earlier demo has left in `out` is replaced.
   * @throws UserError where the folder holds something else, or cannot be written.
   */
  constructor(out: string) {
    this.#out = out;
    const page = builtPage();
    if (!existsSync(join(page, "index.html")))
      throw new UserError(`the page is not built (no ${page}); run npm run build first`);
    if (existsSync(out) && readdirSync(out).length > 0 && !existsSync(join(out, MANIFEST)))
      throw new UserError(`options.out ${out}: it holds other files; choose a new or empty folder`);
    try {
      for (const name of [...readdirSync(page), MODELS]) rmSync(join(out, name), { recursive: true, force: true });
      cpSync(page, out, { recursive: true });
    } catch (error) {
      throw diskError(error, out);
    }
  }

  /** Writes a file under a name that changes with its content. Returns its path from the page. */
  add(name: string, bytes: Uint8Array): string {
    const extension = extname(name);
    const path = `${MODELS}/${name.slice(0, -extension.length || undefined)}.${digest(bytes)}${extension}`;
    this.#write(path, bytes);
    this.#names.push(path);
    return path;
  }

  async finish(manifest: Omit<Manifest, "version">): Promise<void> {
    const version = digest(JSON.stringify(manifest));
    this.#write(MANIFEST, Buffer.from(JSON.stringify({ version, ...manifest })));
    const assets = readdirSync(join(this.#out, "assets")).map((name) => `assets/${name}`);
    const runtime = [RUNTIME, RUNTIME.replace(/wasm$/, "mjs")];
    const files = ["./", MANIFEST, ...assets, ...runtime, ...this.#names];
    this.#write(FILES, Buffer.from(JSON.stringify({ version, files })));
    await Promise.all([MANIFEST, RUNTIME, ...this.#names].map((path) => this.#writeAsScript(path)));
  }

  /** Pages that are opened from the disk may load scripts, but read no file: each is there as a script too. */
  async #writeAsScript(path: string): Promise<void> {
    const packed = await promisify(gzip)(readFileSync(join(this.#out, path)), { level: 6 });
    const script = `anchoredFiles[${JSON.stringify(path)}]="${packed.toString("base64")}"`;
    this.#write(`${path}.js`, Buffer.from(script));
  }

  #write(path: string, bytes: Uint8Array): void {
    const to = join(this.#out, path);
    try {
      mkdirSync(dirname(to), { recursive: true });
      writeFileSync(to, bytes);
    } catch (error) {
      throw diskError(error, to);
    }
  }
}

export const float32Bytes = (...arrays: readonly Float32Array[]): Uint8Array =>
  Buffer.concat(arrays.map(({ buffer, byteOffset, byteLength }) => new Uint8Array(buffer, byteOffset, byteLength)));
