import type { Image } from "../../core/image-set.ts";
import { corruptions } from "../../corrupt/table.ts";
import type { Change } from "../calls.ts";
import type { Client } from "../client.ts";
import { element } from "./element.ts";
import { titleOf } from "./opening.ts";
import { onAnyInput, Player } from "./play.ts";
import { read } from "./reading.ts";
import { type TellingDamage, TRIED, tellingDamages } from "./telling-damage.ts";

export interface WorseOptions {
  readonly client: Client;
  /** How many are compared. */
  readonly models: number;
  /** The picture, undamaged. */
  readonly image: () => Image;
  /** Shows the picture under one damage alone; severity 0 is none. */
  readonly show: (corruption: string, severity: number) => Promise<void>;
  /** Whether the picture is under this damage, and no other. */
  readonly isShown: (change: Change) => boolean;
  readonly say: (text: string) => void;
  readonly onProblem: (text: string) => void;
}

const LABEL = "Make it worse";

/** The button that damages the picture: in the way that parts the models' doubt most, and in the next one when pressed again. */
export class Worse {
  readonly button: HTMLButtonElement;
  readonly #options: WorseOptions;
  readonly #player = new Player((playing) => {
    this.button.textContent = playing ? "Stop" : LABEL;
  });
  /** Measured on the picture at the first press. */
  #ranking: readonly TellingDamage[] | undefined;
  #presses = 0;
  #search: object | undefined;
  /** Whether the visitor has done anything yet: then nothing starts to move by itself. */
  touched = false;

  constructor(options: WorseOptions) {
    this.#options = options;
    this.button = element("button", { type: "button", class: "primary", onclick: () => void this.#press() }, LABEL);
    onAnyInput((target) => {
      this.touched = true;
      if (!this.button.contains(target)) this.stop();
    });
  }

  /** Moves a corruption's slider from 0 to this severity. */
  play({ name, severity }: Change): Promise<void> {
    return this.#player.play(severity, (at) => this.#options.show(name, at));
  }

  stop(): void {
    this.#search = undefined;
    this.#player.stop();
    this.button.textContent = LABEL;
  }

  /** To be told where there is another picture, or where the models have learnt something. */
  measureAnew(): void {
    this.stop();
    this.#ranking = undefined;
    this.#presses = 0;
  }

  async #press(): Promise<void> {
    if (this.#player.playing || this.#search) return this.stop();
    const { models, isShown, say, onProblem } = this.#options;
    try {
      const ranking = this.#ranking ?? (await this.#measure());
      if (!ranking) return;
      this.#ranking = ranking;
      if (isShown(ranking[this.#presses % ranking.length])) this.#presses++;
      const place = this.#presses++ % ranking.length;
      const { name, severity } = ranking[place];
      const by = models > 1 ? "how far the models differ in doubt" : "the model's doubt";
      say(
        `${titleOf(name)} at severity ${severity}: number ${place + 1} of ${ranking.length} corruptions by ${by} on this picture, measured at severities ${TRIED.join(" and ")}.`,
      );
      await this.play({ name, severity });
    } catch (error) {
      this.stop();
      onProblem((error as Error).message);
    }
  }

  /** Undefined where it was stopped. */
  async #measure(): Promise<readonly TellingDamage[] | undefined> {
    const search = {};
    this.#search = search;
    let asked = 0;
    const found = await tellingDamages(async (change) => {
      if (this.#search !== search) return undefined;
      this.button.textContent = `Measuring … ${Math.floor(asked++ / TRIED.length)} of ${corruptions.length}`;
      return this.#doubtsUnder(change);
    });
    if (this.#search !== search) return undefined;
    this.#search = undefined;
    return found;
  }

  /** What each model doubts of the picture under this damage alone. */
  async #doubtsUnder(change: Change): Promise<number[]> {
    const { client, image } = this.#options;
    const damaged = await client.call("corrupt", { image: image(), changes: [change] });
    return (await client.call("predict", damaged)).map((logits) => read(logits).doubt);
  }
}
