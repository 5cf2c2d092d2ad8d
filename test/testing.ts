import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";

/** Where systems keep Chromium; `CHROMIUM` names another. */
const places = [
  process.env.CHROMIUM,
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

export const browserPath = places.find((path) => path !== undefined && existsSync(path));

/** Whether a missing browser is a failure, as in .ci/run, or skips what needs one. */
export const browserRequired = process.env.REQUIRE_BROWSER === "1";

/** No display, no sandbox (containers have none), nothing that talks to its maker. */
export const browserFlags =
  "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync".split(
    " ",
  );

const types: Record<string, string> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".css": "text/css",
  ".json": "application/json",
  ".wasm": "application/wasm",
};

/** The plainest of static hosts: files under a path, no header but their type. */
export async function serveFolder(folder: string, prefix: string): Promise<{ url: string; close(): Promise<void> }> {
  const server = createServer(async ({ url = "" }, response) => {
    const path = new URL(url, "http://localhost").pathname;
    const file = join(folder, path.slice(prefix.length) || "index.html");
    const bytes = path.startsWith(prefix) ? await readFile(file).catch(() => undefined) : undefined;
    if (!bytes) return response.writeHead(404).end();
    response.writeHead(200, { "Content-Type": types[extname(file)] ?? "application/octet-stream" }).end(bytes);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${prefix}`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
