import { SingleBar } from "cli-progress";
import { duration, type Listener, type Progress, percent, printable } from "../core/index.ts";
import type { Validation } from "../run/index.ts";
import type { PlanListener } from "../studies/index.ts";
import { meansInWords, type TrainProgress, validationInWords } from "../train/index.ts";
import { withFlags } from "./flag-names.ts";
import type { Terminal } from "./terminal.ts";

const LINE_EVERY_MS = 10_000;
/** More epochs than these have lines at most so often. */
const MOST_EPOCH_LINES = 20;
const EPOCH_LINE_EVERY_MS = 2000;

interface Bar {
  /** `said` is what stands beside the bar. */
  update(done: number, total: number, said: string): void;
  stop(): void;
}

/** On a terminal a bar, elsewhere a line every ten seconds. */
function bar(terminal: Terminal, name: string): Bar {
  const label = printable(name);
  if (!terminal.interactive) {
    let lastAt = performance.now();
    return {
      update(_done, _total, said) {
        if (performance.now() - lastAt < LINE_EVERY_MS) return;
        lastAt = performance.now();
        terminal.note(`${label}: ${said}`);
      },
      stop() {},
    };
  }
  const drawn = new SingleBar({
    format: `${label} {bar} {said}`,
    barCompleteChar: "█",
    barIncompleteChar: "░",
    barsize: 12,
    stream: process.stderr,
    clearOnComplete: true,
  });
  let started = false;
  return {
    update(done, total, said) {
      if (!started) drawn.start(total, done, { said });
      started = true;
      drawn.setTotal(total);
      drawn.update(done, { said });
    },
    stop: () => drawn.stop(),
  };
}

const facts = (progress: TrainProgress): string =>
  [`loss ${progress.loss.toFixed(3)}`, meansInWords(progress)].filter(Boolean).join("  ");
/** Of a regression examples, which need not be images. */
const speed = ({ imagesPerSecond, accuracy }: TrainProgress): string =>
  `${Math.round(imagesPerSecond)} ${accuracy === undefined ? "examples" : "images"}/s`;
const told = (said: Partial<Validation>): string => {
  const words = validationInWords(said);
  return words && `  ${words}`;
};
const left = ({ secondsLeft }: TrainProgress): string => `${duration(secondsLeft)} left`;

/** Loss, accuracy, images/s and time left: a bar on a terminal; elsewhere a line an epoch and one every ten seconds. */
export function trainProgress(terminal: Terminal, label = "training") {
  const drawn = bar(terminal, label);
  // The line of an epoch waits for its validation, which the next step or the end reports.
  let ended: TrainProgress | undefined;
  let lastLineAt = Number.NEGATIVE_INFINITY;
  const endEpoch = (said: Partial<Validation>) => {
    if (!ended) return;
    const validation = told(said);
    // Of epochs that take moments a line each is too much.
    const soon = ended.epochs > MOST_EPOCH_LINES && performance.now() - lastLineAt < EPOCH_LINE_EVERY_MS;
    if (!terminal.interactive && (!soon || ended.epoch === ended.epochs)) {
      lastLineAt = performance.now();
      terminal.note(
        `${label}: epoch ${ended.epoch}/${ended.epochs}  ${facts(ended)}${validation}  ${speed(ended)}  ${left(ended)}`,
      );
    }
    ended = undefined;
  };
  return {
    update(progress: TrainProgress) {
      const { epoch, epochs, step, steps } = progress;
      endEpoch(progress);
      const validation = told(progress);
      // What matters least comes last: a narrow terminal cuts it off.
      const said = `epoch ${epoch}/${epochs}  ${left(progress)}  ${facts(progress)}  ${speed(progress)}${validation}`;
      if (step === steps) ended = progress;
      if (step < steps || terminal.interactive) drawn.update((epoch - 1) * steps + step, epochs * steps, said);
    },
    stop(said: Partial<Validation> = {}) {
      endEpoch(said);
      drawn.stop();
    },
  };
}

/** Progress of reading, drawing, downloading and the like, with the time left; each new label starts a new bar. */
export function dataProgress(terminal: Terminal) {
  let current: { label: string; bar: Bar; startedAt: number; startedWith: number } | undefined;
  return {
    update({ label, done, total, unit }: Progress) {
      if (current?.label !== label) {
        current?.bar.stop();
        current = { label, bar: bar(terminal, label), startedAt: performance.now(), startedWith: done };
      }
      const size = (count: number) => (unit === "bytes" ? `${(count / 2 ** 20).toFixed(1)} MiB` : `${count} ${unit}`);
      const { startedAt, startedWith } = current;
      const seconds = (performance.now() - startedAt) / 1000;
      const said =
        total === undefined
          ? size(done)
          : `${percent(done / total)} of ${size(total)}${timeLeft(seconds, done - startedWith, total - done)}`;
      current.bar.update(done, total ?? done, said);
    },
    stop() {
      current?.bar.stop();
      current = undefined;
    },
  };
}

/** Nothing before there is a speed to speak of. */
const timeLeft = (seconds: number, done: number, open: number): string =>
  seconds < 5 || done <= 0 || open <= 0 ? "" : `, ${duration((seconds / done) * open)} left`;

/** Lines of the library, in the words of the command line. */
export const noteTo = (terminal: Terminal) => (line: string) => terminal.note(printable(withFlags(line)));

/** What the library's long work is given, to be heard on a terminal. */
export function listenerOf(terminal: Terminal, signal?: AbortSignal): Listener {
  const progress = dataProgress(terminal);
  return {
    onNotice: noteTo(terminal),
    onProgress: (at) => (at ? progress.update(at) : progress.stop()),
    signal,
  };
}

/** The same for work that trains, with `parallel` runs at once: two bars on one terminal would overwrite each other. */
export function planListenerOf(terminal: Terminal, signal: AbortSignal, parallel = 1): PlanListener {
  const quiet = parallel > 1 ? { ...terminal, interactive: false } : terminal;
  const trainings = new Map<string, ReturnType<typeof trainProgress>>();
  return {
    ...listenerOf(quiet, signal),
    onTraining(label, at) {
      const drawn = trainings.get(label) ?? trainProgress(quiet, label);
      trainings.set(label, drawn);
      if (!("ended" in at)) return drawn.update(at);
      drawn.stop(at.ended);
      trainings.delete(label);
    },
  };
}
