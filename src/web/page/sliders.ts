import type { Severity } from "../../corrupt/corruption.ts";
import { corruptions } from "../../corrupt/table.ts";
import type { Change } from "../calls.ts";
import { element } from "./element.ts";

const GROUPS: readonly { title: string; names: readonly string[] }[] = [
  {
    title: "Noise",
    names: ["gaussian_noise", "shot_noise", "impulse_noise", "speckle_noise", "blue_noise_sample", "brownish_noise"],
  },
  {
    title: "Blur",
    names: [
      "defocus_blur",
      "glass_blur",
      "motion_blur",
      "zoom_blur",
      "gaussian_blur",
      "circular_motion_blur",
      "transverse_chromatic_abberation",
    ],
  },
  { title: "Weather", names: ["snow", "frost", "fog", "brightness", "spatter"] },
  {
    title: "Digital",
    names: ["contrast", "saturate", "elastic_transform", "pixelate", "jpeg_compression"],
  },
];

/** Corruptions by group; those that no group names come last, so that a new one is there too. */
const groups = [
  ...GROUPS,
  {
    title: "Odd",
    names: corruptions.map(({ name }) => name).filter((name) => !GROUPS.some(({ names }) => names.includes(name))),
  },
].map(({ title, names }) => ({
  title,
  members: names.map((name) => corruptions.find((corruption) => corruption.name === name)!),
}));

/** As in style.css. */
const phone = matchMedia("(max-width: 720px)");

/** A slider for each corruption, from 0 (none) to severity 5; several add up, in the order of the benchmark. */
export class Sliders {
  readonly node: HTMLElement;
  /** The one that was moved last. */
  last = "gaussian_noise";
  readonly #inputs = new Map<string, HTMLInputElement>();
  readonly #groups: readonly HTMLDetailsElement[];
  readonly #clear: HTMLButtonElement;

  constructor(onChange: () => void) {
    this.#clear = element(
      "button",
      {
        type: "button",
        class: "quiet",
        disabled: true,
        onclick: () => {
          this.reset();
          onChange();
        },
      },
      "Undo all",
    );
    this.#groups = groups.map(({ title, members }) =>
      element(
        "details",
        { open: true },
        element("summary", {}, title),
        ...members.map(({ name, title, meaning }) => this.#slider(name, title, meaning, onChange)),
      ),
    );
    phone.addEventListener("change", () => this.#fold());
    this.node = element(
      "section",
      { class: "card sliders", "aria-labelledby": "sliders-title" },
      element("div", { class: "row" }, element("h2", { id: "sliders-title" }, "Damage it"), this.#clear),
      element("div", { class: "scroll" }, ...this.#groups),
    );
    this.#fold();
  }

  /** What is done to the picture; with another severity for one of them where it is given. */
  changes(name?: string, severity?: number): Change[] {
    return corruptions.flatMap((corruption): Change[] => {
      const value = corruption.name === name ? severity! : Number(this.#inputs.get(corruption.name)!.value);
      return value > 0 ? [{ name: corruption.name, severity: value as Severity }] : [];
    });
  }

  severityOf(name: string): number {
    return Number(this.#inputs.get(name)!.value);
  }

  /** This corruption at this severity, all others at 0. */
  setOnly(name: string, severity: number): void {
    this.reset();
    const input = this.#inputs.get(name)!;
    input.value = String(severity);
    this.last = name;
    this.#describe(input);
    this.#fold();
  }

  /** Whether this is what is done to the picture, and nothing else. */
  shows(name: string, severity: number): boolean {
    return [...this.#inputs].every(([other, { value }]) => Number(value) === (other === name ? severity : 0));
  }

  reset(): void {
    for (const input of this.#inputs.values()) {
      input.value = "0";
      this.#describe(input);
    }
  }

  #slider(name: string, title: string, meaning: string, onChange: () => void): HTMLElement {
    const input = element("input", {
      type: "range",
      min: "0",
      max: "5",
      step: "1",
      value: "0",
      id: `slider-${name}`,
      title: meaning,
    });
    const output = element("output", { htmlFor: input.id, "aria-hidden": "true" }, "0");
    this.#inputs.set(name, input);
    input.addEventListener("input", () => {
      this.last = name;
      this.#describe(input);
      onChange();
    });
    const row = element(
      "div",
      { class: "slider" },
      element("label", { htmlFor: input.id, title: meaning }, title),
      input,
      output,
    );
    this.#describe(input, row);
    return row;
  }

  /** On a phone one group is open at a time, so that the answers stay in sight below the sliders; else all are. */
  #fold(): void {
    const last = this.#inputs.get(this.last)!;
    for (const group of this.#groups) {
      group.name = phone.matches ? "corruptions" : "";
      group.open = !phone.matches || group.contains(last);
    }
  }

  #describe(input: HTMLInputElement, row = input.parentElement!): void {
    const severity = Number(input.value);
    row.classList.toggle("on", severity > 0);
    input.style.setProperty("--at", `${20 * severity}%`);
    input.setAttribute("aria-valuetext", severity === 0 ? "none" : `severity ${severity} of 5`);
    row.querySelector("output")!.textContent = severity === 0 ? "–" : String(severity);
    this.#clear.disabled = this.changesNothing();
  }

  changesNothing(): boolean {
    return [...this.#inputs.values()].every(({ value }) => value === "0");
  }
}
