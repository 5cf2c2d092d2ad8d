import type { Image } from "../../core/image-set.ts";
import { armColorName } from "../../core/palette.ts";
import type { Taught, TeachingProgress } from "../calls.ts";
import type { Manifest } from "../manifest.ts";
import { element, percent } from "./element.ts";
import { WHITE_ON_BLACK } from "./ink.ts";
import { decode, thumbnail } from "./picture.ts";
import { TeachCharts } from "./teach-charts.ts";

const FEWEST = 3;

export interface TeachPanelOptions {
  readonly manifest: Manifest;
  /** The picture that is shown, damaged or not. */
  readonly current: () => Image;
  readonly teach: (
    pictures: readonly Image[],
    onProgress: (progress: TeachingProgress) => void,
  ) => Promise<readonly Taught[]>;
  /** The class that was taught, or that it was forgotten. */
  readonly onTaught: (name: string | undefined) => void;
  readonly onProblem: (text: string) => void;
}

/** The visitor's own class: its name, its pictures, and the training that it takes, drawn as it goes. */
export class TeachPanel {
  readonly node: HTMLElement;
  readonly #options: TeachPanelOptions;
  readonly #name = element("input", {
    type: "text",
    id: "class-name",
    value: "Mine",
    maxLength: 30,
    autocomplete: "off",
  });
  readonly #pictures: Image[] = [];
  readonly #list = element("ul", { class: "pictures" });
  readonly #inverted = element("p", { class: "note", hidden: true }, `Ink on paper is ${WHITE_ON_BLACK}.`);
  /** To stand beside the panel. */
  readonly charts: TeachCharts;
  readonly #result = element("div", { class: "result", role: "status" });
  readonly #start: HTMLButtonElement;
  readonly #forget: HTMLButtonElement;

  constructor(options: TeachPanelOptions) {
    this.#options = options;
    this.charts = new TeachCharts(options.manifest.teaching.steps);
    const files = element("input", {
      type: "file",
      accept: "image/*",
      multiple: true,
      hidden: true,
      id: "teach-files",
    });
    files.addEventListener(
      "change",
      () =>
        void this.#addFiles([...(files.files ?? [])]).then(() => {
          files.value = "";
        }),
    );
    this.#start = element(
      "button",
      { type: "button", class: "primary", onclick: () => void this.#teach() },
      "Teach it",
    );
    this.#forget = element(
      "button",
      { type: "button", class: "quiet", hidden: true, onclick: () => this.#undo() },
      "Forget it again",
    );
    this.node = element(
      "section",
      { class: "card teach", "aria-labelledby": "teach-title" },
      element("h2", { id: "teach-title" }, "Teach it a class of your own"),
      element(
        "p",
        { class: "note" },
        `${FEWEST} pictures or more of something that it does not know. It is trained right here, by the compiled step that trained the models.`,
      ),
      element(
        "div",
        { class: "row buttons" },
        element("button", { type: "button", onclick: () => this.#add(options.current()) }, "Add this picture"),
        element("button", { type: "button", onclick: () => files.click() }, "Add files"),
        files,
      ),
      this.#list,
      this.#inverted,
      element("label", { htmlFor: "class-name" }, "What are they?"),
      this.#name,
      element("div", { class: "row buttons" }, this.#start, this.#forget),
      this.#result,
    );
    this.#update();
  }

  #add(image: Image): void {
    this.#pictures.push(image);
    this.#update();
  }

  async #addFiles(files: readonly File[]): Promise<void> {
    for (const file of files)
      try {
        const { image, inverted } = await decode(file, this.#options.manifest);
        this.#add(image);
        if (inverted) this.#inverted.hidden = false;
      } catch {
        this.#options.onProblem(`${file.name} is no picture that this browser can read.`);
      }
  }

  #update(): void {
    this.#list.replaceChildren(
      ...this.#pictures.map((image, i) =>
        element(
          "li",
          {},
          thumbnail(image, `Picture ${i + 1} of your class`),
          element(
            "button",
            {
              type: "button",
              "aria-label": `Remove picture ${i + 1}`,
              onclick: () => {
                this.#pictures.splice(i, 1);
                this.#update();
              },
            },
            "×",
          ),
        ),
      ),
    );
    const missing = FEWEST - this.#pictures.length;
    this.#start.disabled = missing > 0;
    this.#start.textContent = missing > 0 ? `Teach it (${missing} more to go)` : "Teach it";
  }

  async #teach(): Promise<void> {
    const { teach, onTaught, onProblem, manifest } = this.#options;
    const name = this.#name.value.trim() || "Mine";
    const history = manifest.models.map((): TeachingProgress[] => []);
    this.#start.disabled = true;
    this.#result.textContent = "Learning …";
    try {
      const taught = await teach([...this.#pictures], (progress) => {
        history[progress.model].push(progress);
        this.charts.show(history);
      });
      this.#result.replaceChildren(...taught.map((one, i) => this.#inWords(one, i, name)));
      this.#forget.hidden = false;
      onTaught(name);
    } catch (error) {
      this.#result.textContent = "";
      onProblem((error as Error).message);
    }
    this.#update();
  }

  #undo(): void {
    this.#forget.hidden = true;
    this.#result.textContent = "Forgotten.";
    this.charts.hide();
    this.#options.onTaught(undefined);
  }

  #inWords({ before, after, recognised }: Taught, i: number, name: string): Node {
    const count = this.#pictures.length;
    const { models } = this.#options.manifest;
    return element(
      "p",
      { class: armColorName(i), "data-recognised": recognised },
      element("i", { class: "swatch", "aria-hidden": "true" }),
      element("b", {}, models[i].title),
      ` puts ${recognised} of your ${count} pictures into “${name}”. Of what it knew before it now gets ${percent(after)} right, ${percent(before)} before.`,
    );
  }
}
