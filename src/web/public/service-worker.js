/**
 * Keeps what the page is made of, so that it works without a network, and says on every answer that the page is
 * isolated from other origins: a static host cannot be told to, and WebAssembly has threads only then.
 */
const CACHE = `anchored ${self.registration.scope}`;

self.addEventListener("install", (event) => {
  event.waitUntil(fill().then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(self.clients.claim());
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET" || !request.url.startsWith(self.registration.scope)) return;
  event.respondWith(answer(request).then(isolated));
});

async function fill() {
  const cache = await caches.open(CACHE);
  const { files } = await (await fetch("files.json", { cache: "no-cache" })).json();
  await cache.addAll(files);
}

/** Files that carry a digest or version in their names never change; the page and its list of files are asked for anew. */
async function answer(request) {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(request, { ignoreSearch: true });
  const changes =
    request.mode === "navigate" || /\/(demo\.json|service-worker\.js)$/.test(new URL(request.url).pathname);
  if (kept && !changes) return kept;
  try {
    const response = await fetch(request);
    if (response.ok) await cache.put(request.mode === "navigate" ? "./" : request, response.clone());
    return response;
  } catch (error) {
    const fallback = kept ?? (request.mode === "navigate" ? await cache.match("./") : undefined);
    if (fallback) return fallback;
    throw error;
  }
}

function isolated(response) {
  if (response.type === "opaque" || response.status === 0) return response;
  const headers = new Headers(response.headers);
  headers.set("Cross-Origin-Opener-Policy", "same-origin");
  headers.set("Cross-Origin-Embedder-Policy", "require-corp");
  headers.set("Cross-Origin-Resource-Policy", "same-origin");
  return new Response(response.body, { status: response.status, statusText: response.statusText, headers });
}
