import type { Image } from "../../core/image-set.ts";
import type { Client } from "../client.ts";
import type { Manifest } from "../manifest.ts";
import { Answers } from "./answers.ts";
import { desk } from "./desk.ts";
import { DoubtCurve } from "./doubt-curve.ts";
import { traceDoubt } from "./doubt-trace.ts";
import { element, latest } from "./element.ts";
import { firstSample, openingInWords, titleOf } from "./opening.ts";
import { show } from "./picture.ts";
import { reducedMotion } from "./play.ts";
import { type Reading, read } from "./reading.ts";
import { Sliders } from "./sliders.ts";
import { type Chosen, Sources } from "./sources.ts";
import { TeachPanel } from "./teach-panel.ts";
import { Words } from "./words.ts";
import { Worse } from "./worse.ts";

export interface AppOptions {
  readonly manifest: Manifest;
  readonly client: Client;
  readonly samples: readonly Image[];
  /** [model][R] */
  readonly references: readonly (readonly Image[])[];
  /** Training pictures that the nearest are shown of. */
  readonly nearest: readonly Image[];
}

const HINT = "Move a slider, press “Make it worse”, or take another picture.";

/** The page: a picture, what is done to it, and what the models say. */
export class App {
  readonly nodes: readonly HTMLElement[];
  readonly #options: AppOptions;
  readonly #sources: Sources;
  readonly #sliders: Sliders;
  readonly #answers: Answers;
  readonly #curve: DoubtCurve;
  readonly #canvas = element("canvas", { class: "pixels", role: "img", "aria-label": "The picture" });
  readonly #caption = element("figcaption", {});
  readonly #problem = element("p", { class: "problem", role: "alert", hidden: true });
  /** How that came about which the page shows. */
  readonly #why = element("p", { class: "why", role: "status" });
  readonly #worse: Worse;
  readonly #words?: Words;
  #chosen!: Chosen;
  /** The picture as it is shown. */
  #shown!: Image;
  #ownClass: string | undefined;
  #oneByOne = false;
  /** Counts changes: what was begun before the last one is dropped. */
  #version = 0;
  readonly #refresh = latest(() => this.#predict());

  constructor(options: AppOptions) {
    this.#options = options;
    const { manifest, samples, references, nearest, client } = options;
    const onProblem = (text: string) => this.#report(text);
    this.#sliders = new Sliders(() => {
      this.#worse.stop();
      this.#say();
      void this.#changed();
    });
    this.#sources = new Sources({
      manifest,
      samples,
      onProblem,
      onChoose: (chosen) => {
        this.#chosen = chosen;
        this.#oneByOne = chosen.from !== "your drawing";
        this.#worse.measureAnew();
        this.#say();
        void this.#changed();
      },
    });
    this.#answers = new Answers(manifest.models, references, { images: nearest, labels: manifest.nearest.labels });
    this.#curve = new DoubtCurve(manifest.models.map(({ title }) => title));
    this.#worse = new Worse({
      client,
      models: manifest.models.length,
      image: () => this.#chosen.image,
      show: (name, severity) => {
        this.#sliders.setOnly(name, severity);
        return this.#changed();
      },
      isShown: ({ name, severity }) => this.#sliders.shows(name, severity),
      say: (text) => this.#say(text),
      onProblem,
    });
    if (manifest.words) this.#words = new Words({ manifest, client, onProblem });
    const teach = new TeachPanel({
      manifest,
      current: () => this.#shown,
      teach: (pictures, onProgress) => client.call("teach", pictures, onProgress),
      onTaught: (name) => void this.#taught(name),
      onProblem,
    });
    this.nodes = [
      this.#answers.strip.node,
      this.#problem,
      desk({
        why: this.#why,
        picture: [element("figure", {}, this.#canvas, this.#caption), this.#worse.button, this.#sources.node],
        teach: teach.node,
        sliders: this.#sliders.node,
        verdicts: this.#answers.verdicts.map(({ node }) => node),
        words: this.#words?.node,
        learning: teach.charts.node,
        curve: this.#curve.node,
      }),
      this.#answers.strip.spoken,
    ];
  }

  /** Shows the first sample, undamaged where the opening is to be played, and waits until it is judged. */
  async begin(): Promise<void> {
    const { manifest } = this.#options;
    const { opening } = manifest;
    if (opening) this.#sliders.setOnly(opening.corruption, reducedMotion() ? opening.severity : 0);
    this.#sources.chooseSample(firstSample(manifest));
    this.#say(openingInWords(manifest));
    await this.#refresh();
  }

  /** Moves the slider to the opening's severity, once, unless the visitor was faster. */
  async playOpening(): Promise<void> {
    const { opening } = this.#options.manifest;
    if (!opening || this.#worse.touched || reducedMotion()) return;
    await this.#worse.play({ name: opening.corruption, severity: opening.severity });
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
      this.#answers.show(readings, {
        image: this.#shown,
        classNames: this.#classNames,
        own: this.#ownClass !== undefined,
        label,
        changes: changes.length,
        oneByOne,
      });
      await this.#words?.show(this.#shown);
      if (version === this.#version) this.#trace(version, readings);
    } catch (error) {
      this.#report((error as Error).message);
    }
  }

  /** Draws the doubt at every severity of the corruption that was moved last. */
  #trace(version: number, now: readonly Reading[]): void {
    const name = this.#sliders.last;
    const severity = this.#sliders.severityOf(name);
    void traceDoubt({
      client: this.#options.client,
      image: this.#chosen.image,
      changesAt: (at) => this.#sliders.changes(name, at),
      severity,
      now,
      wanted: () => version === this.#version,
      onReadings: (readings) => this.#curve.show(titleOf(name), severity, readings),
    });
  }

  #taught(name: string | undefined): Promise<void> {
    return this.#changed(async () => {
      if (name === undefined) await this.#options.client.call("forget", undefined);
      this.#ownClass = name;
      this.#worse.measureAnew();
    });
  }

  #say(text = HINT): void {
    this.#why.textContent = text;
  }

  #report(text: string): void {
    this.#problem.textContent = text;
    this.#problem.hidden = false;
  }
}
