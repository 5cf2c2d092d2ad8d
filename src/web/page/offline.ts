import { element } from "./element.ts";

/**
 * Keeps the page for use without a network, and isolates it from other origins on the next visit: without that,
 * browsers let WebAssembly have one thread.
 */
export async function keepOffline(isolated: boolean): Promise<void> {
  if (!("serviceWorker" in navigator) || !window.isSecureContext) return;
  const note = document.querySelector("#offline")!;
  try {
    await activated(await navigator.serviceWorker.register("service-worker.js"));
  } catch {
    // A private window, or a browser that lets no page keep anything: it works all the same, with a network.
    return;
  }
  note.textContent = "It works offline from now on.";
  document.documentElement.dataset.offline = "true";
  if (isolated || (navigator.hardwareConcurrency ?? 1) < 2) return;
  note.append(" ", element("a", { href: "" }, "Reload"), " to use more than one thread.");
}

/** @throws Error where the worker could not fetch what it is to keep. */
function activated({ installing, waiting, active }: ServiceWorkerRegistration): Promise<void> {
  const worker = installing ?? waiting ?? active;
  return new Promise((resolve, reject) => {
    const look = () => {
      if (worker?.state === "activated") resolve();
      if (worker?.state === "redundant") reject(new Error("not installed"));
    };
    worker?.addEventListener("statechange", look);
    look();
  });
}
