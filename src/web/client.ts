import type { Answer, Argument, CallName, Request, Response, TeachingProgress } from "./calls.ts";
import EngineWorker from "./worker.ts?worker&inline";

/** The page's side of the worker: calls are answered in order. */
export class Client {
  readonly #worker = new EngineWorker();
  readonly #waiting = new Map<
    number,
    {
      resolve: (answer: never) => void;
      reject: (error: Error) => void;
      onProgress?: (progress: TeachingProgress) => void;
    }
  >();
  #calls = 0;

  constructor() {
    this.#worker.addEventListener("message", ({ data }: MessageEvent<Response>) => this.#receive(data));
    this.#worker.addEventListener("error", ({ message }) => {
      for (const { reject } of this.#waiting.values()) reject(new Error(message || "the worker did not start"));
      this.#waiting.clear();
    });
  }

  call<Name extends CallName>(
    name: Name,
    argument: Argument<Name>,
    onProgress?: (progress: TeachingProgress) => void,
  ): Promise<Answer<Name>> {
    const id = this.#calls++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject, onProgress });
      this.#worker.postMessage({ id, name, argument } satisfies Request);
    });
  }

  #receive(response: Response): void {
    const waiting = this.#waiting.get(response.id);
    if (!waiting) return;
    if ("progress" in response) {
      waiting.onProgress?.(response.progress);
      return;
    }
    this.#waiting.delete(response.id);
    if ("error" in response) waiting.reject(new Error(response.error));
    else waiting.resolve(response.answer as never);
  }
}
