import type { Image } from "../../core/image-set.ts";
import type { Manifest } from "../manifest.ts";
import { Drawing } from "./drawing.ts";
import { element } from "./element.ts";
import { isWhiteOnBlack, WHITE_ON_BLACK } from "./ink.ts";
import { decode, fromCanvas, thumbnail } from "./picture.ts";

/** A picture that was chosen, and what is known of it. */
export interface Chosen {
  readonly image: Image;
  /** Where it is from, e.g. `emoji/test`. */
  readonly from: string;
  readonly label?: number;
}

export interface SourcesOptions {
  readonly manifest: Manifest;
  readonly samples: readonly Image[];
  readonly onChoose: (chosen: Chosen) => void;
  readonly onProblem: (text: string) => void;
}

/** Where pictures come from: samples, a file, the clipboard, or the visitor's own hand. */
export class Sources {
  readonly node: HTMLElement;
  readonly #options: SourcesOptions;
  readonly #drawing: Drawing;
  readonly #drawButton: HTMLButtonElement;
  readonly #samples: HTMLElement;

  constructor(options: SourcesOptions) {
    this.#options = options;
    const { manifest, samples } = options;
    this.#samples = element(
      "div",
      { class: "samples", role: "group", "aria-label": "Sample pictures" },
      ...samples.map((image, i) => {
        const { labels, sets } = manifest.samples;
        const label = manifest.classNames[labels[i]];
        return element(
          "button",
          {
            type: "button",
            title: `${label} (${sets[i]})`,
            "aria-label": `Sample ${i + 1}: ${label}, from ${sets[i]}`,
            "aria-pressed": "false",
            onclick: () => this.chooseSample(i),
          },
          thumbnailOf(image),
        );
      }),
    );
    const file = element("input", { type: "file", accept: "image/*", hidden: true, id: "file" });
    file.addEventListener("change", () => {
      if (file.files?.[0]) void this.#take(file.files[0], "your file");
      file.value = "";
    });
    this.#drawing = new Drawing(
      () => this.#choose({ image: fromCanvas(this.#drawing.canvas, manifest.shape), from: "your drawing" }),
      isWhiteOnBlack(manifest) ? "black" : "white",
    );
    this.#drawButton = element(
      "button",
      { type: "button", "aria-expanded": "false", onclick: () => this.#draw(Boolean(this.#drawing.node.hidden)) },
      "Draw",
    );
    this.node = element(
      "div",
      { class: "sources" },
      this.#samples,
      element(
        "div",
        { class: "row buttons" },
        element("button", { type: "button", onclick: () => file.click() }, "Open a file"),
        this.#drawButton,
        element("button", { type: "button", onclick: () => void this.#pasteByButton() }, "Paste"),
        file,
      ),
      this.#drawing.node,
    );
    this.#listen();
  }

  chooseSample(i: number): void {
    const { manifest, samples } = this.#options;
    this.#draw(false);
    this.#choose({ image: samples[i], from: manifest.samples.sets[i], label: manifest.samples.labels[i] });
    this.#samples.children[i].setAttribute("aria-pressed", "true");
  }

  #choose(chosen: Chosen): void {
    for (const button of this.#samples.children) button.setAttribute("aria-pressed", "false");
    this.#options.onChoose(chosen);
  }

  #draw(open: boolean): void {
    this.#drawing.node.hidden = !open;
    this.#drawButton.setAttribute("aria-expanded", String(open));
    if (open) this.#drawing.canvas.focus();
  }

  async #take(blob: Blob, from: string): Promise<void> {
    try {
      const { image, inverted } = await decode(blob, this.#options.manifest);
      this.#draw(false);
      this.#choose({ image, from: inverted ? `${from}, ${WHITE_ON_BLACK}` : from });
    } catch (error) {
      this.#options.onProblem((error as Error).message);
    }
  }

  async #pasteByButton(): Promise<void> {
    try {
      for (const item of await navigator.clipboard.read()) {
        const type = item.types.find((name) => name.startsWith("image/"));
        if (type) return await this.#take(await item.getType(type), "the clipboard");
      }
      this.#options.onProblem("There is no picture on the clipboard.");
    } catch {
      this.#options.onProblem("This browser lets no button read the clipboard: press Ctrl+V or ⌘V instead.");
    }
  }

  /** Pictures that are pasted by key, or dropped anywhere. */
  #listen(): void {
    document.addEventListener("paste", (event) => {
      const picture = pictureIn(event.clipboardData);
      if (picture) void this.#take(picture, "the clipboard");
    });
    document.addEventListener("dragover", (event) => {
      event.preventDefault();
      document.body.classList.add("dropping");
    });
    document.addEventListener("dragleave", ({ relatedTarget }) => {
      if (!relatedTarget) document.body.classList.remove("dropping");
    });
    document.addEventListener("drop", (event) => {
      event.preventDefault();
      document.body.classList.remove("dropping");
      const picture = pictureIn(event.dataTransfer);
      if (picture) void this.#take(picture, "your file");
      else this.#options.onProblem("That is no picture file.");
    });
  }
}

const pictureIn = (data: DataTransfer | null): File | undefined =>
  [...(data?.files ?? [])].find(({ type }) => type.startsWith("image/"));

function thumbnailOf(image: Image): HTMLCanvasElement {
  const canvas = thumbnail(image, "");
  canvas.removeAttribute("role");
  canvas.setAttribute("aria-hidden", "true");
  return canvas;
}
