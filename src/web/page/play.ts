const STEP_MS = 650;

/** Whether the visitor's system asks for pages that do not move. */
export const reducedMotion = (): boolean => matchMedia("(prefers-reduced-motion: reduce)").matches;

/** Moves a slider by itself, a severity at a time, until it has arrived or is stopped. */
export class Player {
  readonly #onState: (playing: boolean) => void;
  /** Another object for each run, so that a run that was stopped ends even where the next one has begun. */
  #run: object | undefined;

  constructor(onState: (playing: boolean) => void) {
    this.#onState = onState;
  }

  get playing(): boolean {
    return this.#run !== undefined;
  }

  /** `show` for severity 0 to `last`, each after the answer to the one before; for `last` alone under reduced motion. */
  async play(last: number, show: (severity: number) => Promise<void>): Promise<void> {
    const run = {};
    this.#run = run;
    this.#onState(true);
    for (let severity = reducedMotion() ? last : 0; severity <= last; severity++) {
      const begun = performance.now();
      await show(severity);
      if (this.#run !== run) return;
      if (severity < last) await new Promise((resolve) => setTimeout(resolve, STEP_MS - (performance.now() - begun)));
      if (this.#run !== run) return;
    }
    this.stop();
  }

  stop(): void {
    if (!this.playing) return;
    this.#run = undefined;
    this.#onState(false);
  }
}

/** Tells of whatever a visitor does, and to what. */
export function onAnyInput(listener: (target: Node) => void): void {
  for (const type of ["pointerdown", "keydown", "input", "wheel"])
    document.addEventListener(type, ({ target }) => listener(target as Node), { capture: true, passive: true });
}
