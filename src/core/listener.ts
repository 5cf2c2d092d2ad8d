/** How far long work is; `total` is absent where nobody knows it. */
export interface Progress {
  /** What is being worked on, e.g. a file's name; a new label is new work. */
  readonly label: string;
  readonly done: number;
  readonly total?: number;
  readonly unit: "bytes" | "images" | "examples" | "batches" | "strengths" | "networks" | "rows" | "steps" | "words";
}

/**
 * Who hears of long work, and may stop it: a terminal, a web page, a log.
 * @example judgeRuns(["runs/cifar"], { onNotice: console.error, signal: AbortSignal.timeout(60_000) });
 */
export interface Listener {
  /** One line that the user should see. */
  readonly onNotice?: (line: string) => void;
  /** `undefined` where the work that was reported has ended. */
  readonly onProgress?: (progress: Progress | undefined) => void;
  /** Aborting it throws its reason at the next step; what was finished by then is kept. */
  readonly signal?: AbortSignal;
}

/**
 * Progress of one piece of work for `listener`; throws the reason that its signal was aborted for.
 * @example
 * const tell = reporter({ onProgress: (progress) => console.log(progress?.done) }, "reading", "images");
 * tell({ done: 10, total: 500 });
 */
export const reporter =
  ({ onProgress, signal }: Listener, label: string, unit: Progress["unit"]) =>
  ({ done, total }: Pick<Progress, "done" | "total">): void => {
    signal?.throwIfAborted();
    onProgress?.({ label, done, total, unit });
  };
