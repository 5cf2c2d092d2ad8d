import { element } from "./element.ts";

const SIZE = 256;
const PENS = [
  { name: "Black", colour: "#20242a" },
  { name: "Red", colour: "#e0383e" },
  { name: "Yellow", colour: "#f7b500" },
  { name: "Green", colour: "#2e9e4f" },
  { name: "Blue", colour: "#2a72d4" },
  { name: "White", colour: "#ffffff" },
] as const;

/** Ink that shows on white paper, and on black, such as digits are written on. */
const pensFor = (paper: "white" | "black") =>
  paper === "white" ? PENS : [PENS[5], { name: "Eraser", colour: "#000000" }];

/** A sheet to draw on, with a pointer or with the arrow keys; `onDraw` is told after each stroke and key. */
export class Drawing {
  readonly node: HTMLElement;
  readonly canvas: HTMLCanvasElement;
  readonly #context: CanvasRenderingContext2D;
  readonly #onDraw: () => void;
  readonly #paper: "white" | "black";
  #colour: string;
  #at = { x: SIZE / 2, y: SIZE / 2 };
  #down = false;

  constructor(onDraw: () => void, paper: "white" | "black" = "white") {
    this.#onDraw = onDraw;
    this.#paper = paper;
    const pens = pensFor(paper);
    this.#colour = pens[0].colour;
    this.canvas = element("canvas", {
      width: SIZE,
      height: SIZE,
      tabIndex: 0,
      role: "application",
      "aria-label": "Sheet to draw on. Arrow keys move the pen, Space puts it down or lifts it.",
    });
    this.#context = this.canvas.getContext("2d", { willReadFrequently: true })!;
    this.canvas.addEventListener("pointerdown", (event) => {
      this.canvas.setPointerCapture(event.pointerId);
      this.#down = true;
      this.#at = this.#place(event);
      this.#lineTo(this.#at);
    });
    this.canvas.addEventListener("pointermove", (event) => {
      if (this.#down && event.buttons > 0) this.#lineTo(this.#place(event));
    });
    this.canvas.addEventListener("pointerup", () => {
      this.#down = false;
    });
    this.canvas.addEventListener("keydown", (event) => this.#key(event));
    this.node = element(
      "div",
      { class: "drawing", hidden: true },
      this.canvas,
      element(
        "div",
        { class: "pens", role: "group", "aria-label": "Pens" },
        ...pens.map(({ name, colour }, i) =>
          element("button", {
            type: "button",
            class: "pen",
            "aria-label": name,
            "aria-pressed": String(i === 0),
            style: `--pen:${colour}`,
            onclick: ({ currentTarget }: Event) => {
              this.#colour = colour;
              for (const pen of this.node.querySelectorAll(".pen"))
                pen.setAttribute("aria-pressed", String(pen === currentTarget));
            },
          }),
        ),
        element("button", { type: "button", class: "quiet", onclick: () => this.clear() }, "Clear"),
      ),
    );
    this.#blank();
  }

  clear(): void {
    this.#blank();
    this.#onDraw();
  }

  #blank(): void {
    this.#context.fillStyle = this.#paper;
    this.#context.fillRect(0, 0, SIZE, SIZE);
  }

  #place({ offsetX, offsetY }: PointerEvent) {
    const scale = SIZE / this.canvas.clientWidth;
    return { x: offsetX * scale, y: offsetY * scale };
  }

  #lineTo(to: { x: number; y: number }): void {
    const context = this.#context;
    context.strokeStyle = this.#colour;
    context.lineWidth = SIZE / 14;
    context.lineCap = "round";
    context.beginPath();
    context.moveTo(this.#at.x, this.#at.y);
    context.lineTo(to.x + 0.01, to.y);
    context.stroke();
    this.#at = to;
    this.#onDraw();
  }

  #key(event: KeyboardEvent): void {
    const far = SIZE / 20;
    const moves: Record<string, [number, number]> = {
      ArrowLeft: [-far, 0],
      ArrowRight: [far, 0],
      ArrowUp: [0, -far],
      ArrowDown: [0, far],
    };
    if (event.key === " ") {
      this.#down = !this.#down;
      if (this.#down) this.#lineTo(this.#at);
    } else if (event.key in moves) {
      const [dx, dy] = moves[event.key];
      const inside = (value: number) => Math.min(Math.max(value, 0), SIZE);
      const to = { x: inside(this.#at.x + dx), y: inside(this.#at.y + dy) };
      if (this.#down) this.#lineTo(to);
      else this.#at = to;
    } else return;
    event.preventDefault();
  }
}
