import type { Image } from "../../core/image-set.ts";
import { softmax } from "../../evaluate/judged.ts";
import type { Client } from "../client.ts";
import type { Manifest } from "../manifest.ts";
import { DoubtCurve } from "./doubt-curve.ts";
import { element, latest } from "./element.ts";
import { show } from "./picture.ts";
import { onAnyInput, Player } from "./play.ts";
import { type Reading, read } from "./reading.ts";
import { Sliders } from "./sliders.ts";
import { type Chosen, Sources } from "./sources.ts";
import { Strip } from "./strip.ts";
import { TeachPanel } from "./teach-panel.ts";
import { Verdict } from "./verdict.ts";

export interface AppOptions {
  readonly manifest: Manifest;
  readonly client: Client;
  readonly samples: readonly Image[];
  /** [model][R] */
  readonly references: readonly (readonly Image[])[];
}

const SEVERITIES = [0, 1, 2, 3, 4, 5];

/** The page: a picture, what is done to it, and what the models say. */
export class App {
  readonly nodes: readonly HTMLElement[];
  readonly #options: AppOptions;
  readonly #sources: Sources;
  readonly #sliders: Sliders;
  readonly #verdicts: readonly Verdict[];
  readonly #curve: DoubtCurve;
  readonly #canvas = element("canvas", { class: "pixels", role: "img", "aria-label": "The picture" });
  readonly #caption = element("figcaption", {});
  readonly #problem = element("p", { class: "problem", role: "alert", hidden: true });
  readonly #worse: HTMLButtonElement;
  readonly #strip: Strip;
  #chosen!: Chosen;
  /** The picture as it is shown. */
  #shown!: Image;
  #ownClass: string | undefined;
  #oneByOne = false;
  /** Counts changes: what was begun before the last one is dropped. */
  #version = 0;
  readonly #player = new Player((playing) => {
    this.#worse.textContent = playing ? "Stop" : "Make it worse";
  });
  readonly #refresh = latest(() => this.#predict());

  constructor(options: AppOptions) {
    this.#options = options;
    const { manifest, samples, references, client } = options;
    const onProblem = (text: string) => this.#report(text);
    this.#sliders = new Sliders(() => {
      this.#player.stop();
      void this.#changed();
    });
    this.#sources = new Sources({
      manifest,
      samples,
      onProblem,
      onChoose: (chosen) => {
        this.#chosen = chosen;
        this.#oneByOne = chosen.from !== "your drawing";
        void this.#changed();
      },
    });
    this.#verdicts = manifest.models.map((entry, i) => new Verdict(entry, i, references[i]));
    this.#curve = new DoubtCurve(manifest.models.map(({ title }) => title));
    this.#worse = element(
      "button",
      { type: "button", class: "primary", onclick: () => void this.#play() },
      "Make it worse",
    );
    onAnyInput(this.#worse, () => this.#player.stop());
    this.#strip = new Strip(manifest.models.map(({ title }) => title));
    const teach = new TeachPanel({
      manifest,
      current: () => this.#shown,
      teach: (pictures, onProgress) => client.call("teach", pictures, onProgress),
      onTaught: (name) => void this.#taught(name),
      onProblem,
    });
    this.nodes = [
      this.#strip.node,
      this.#problem,
      element(
        "div",
        { class: "desk" },
        element(
          "section",
          { class: "card stage", "aria-labelledby": "stage-title" },
          element("h2", { id: "stage-title" }, "Pick a picture"),
          element("figure", {}, this.#canvas, this.#caption),
          this.#worse,
          this.#sources.node,
        ),
        this.#sliders.node,
        element(
          "section",
          { class: "says", "aria-labelledby": "says-title" },
          element("h2", { id: "says-title" }, "What they say"),
          element("div", { class: `verdicts of-${manifest.models.length}` }, ...this.#verdicts.map(({ node }) => node)),
          this.#curve.node,
        ),
      ),
      teach.node,
      this.#strip.spoken,
    ];
  }

  /** Shows a sample of which the models doubt little, so that doubt has room to grow, and waits until it is judged. */
  async begin(): Promise<void> {
    this.#sources.chooseSample(surest(this.#options.manifest));
    await this.#refresh();
  }

  /** Runs `work` once the page has nothing else to compute. */
  async whenIdle<T>(work: () => Promise<T>): Promise<T> {
    await this.#refresh();
    return work();
  }

  get #classNames(): readonly string[] {
    const { classNames } = this.#options.manifest;
    return this.#ownClass === undefined ? classNames : [...classNames, this.#ownClass];
  }

  /** Judges what is shown anew, after `first`. */
  async #changed(first?: () => Promise<void>): Promise<void> {
    const main = this.#canvas.closest("main");
    if (main) main.dataset.busy = "true";
    const version = ++this.#version;
    this.#problem.hidden = true;
    await first?.();
    await this.#refresh();
    if (main && version === this.#version) main.dataset.busy = "false";
  }

  async #predict(): Promise<void> {
    const version = this.#version;
    const { client } = this.#options;
    const { image, label, from } = this.#chosen;
    const changes = this.#sliders.changes();
    try {
      this.#shown = await client.call("corrupt", { image, changes });
      show(this.#canvas, this.#shown);
      const truth = label === undefined ? "" : `${this.#classNames[label]} · `;
      this.#caption.textContent = `${truth}${from}`;
      const readings = (await client.call("predict", this.#shown)).map(read);
      const oneByOne = this.#oneByOne;
      this.#oneByOne = false;
      for (const [i, verdict] of this.#verdicts.entries())
        verdict.show(readings[i], { classNames: this.#classNames, own: this.#ownClass !== undefined, label, oneByOne });
      this.#strip.show({
        image: this.#shown,
        readings,
        classNames: this.#classNames,
        label,
        changes: changes.length,
      });
      if (version === this.#version) void this.#trace(version, readings);
    } catch (error) {
      this.#report((error as Error).message);
    }
  }

  /** Doubt at every severity of the corruption that was moved last, as long as nothing else is wanted. */
  async #trace(version: number, now: readonly Reading[]): Promise<void> {
    const { client } = this.#options;
    const name = this.#sliders.last;
    const severity = this.#sliders.severityOf(name);
    const readings: (readonly Reading[])[] = [];
    for (const at of SEVERITIES) {
      if (at === severity) readings.push(now);
      else {
        const image = await client.call("corrupt", {
          image: this.#chosen.image,
          changes: this.#sliders.changes(name, at),
        });
        if (version !== this.#version) return;
        readings.push((await client.call("predict", image)).map(read));
      }
      if (version !== this.#version) return;
      this.#curve.show(this.#sliders.titleOf(name), severity, readings);
    }
  }

  /** From undamaged to severity 5, a step at a time. */
  async #play(): Promise<void> {
    if (this.#player.playing) {
      this.#player.stop();
      return;
    }
    const { last } = this.#sliders;
    await this.#player.play(5, (severity) => {
      this.#sliders.set(last, severity);
      return this.#changed();
    });
  }

  #taught(name: string | undefined): Promise<void> {
    return this.#changed(async () => {
      if (name === undefined) await this.#options.client.call("forget", undefined);
      this.#ownClass = name;
    });
  }

  #report(text: string): void {
    this.#problem.textContent = text;
    this.#problem.hidden = false;
  }
}

/** The sample that most models are right about, and of those the one with the least doubt. */
function surest({ models, samples, classNames }: Manifest): number {
  const K = classNames.length;
  const merit = samples.labels.map((label, i) =>
    models.reduce((sum, { expected }) => {
      const { confidence, predicted } = softmax(expected.slice(i * K, (i + 1) * K), K);
      return sum + (predicted[0] === label ? 1 : 0) + confidence[0];
    }, 0),
  );
  return merit.indexOf(Math.max(...merit));
}
