import type { BoxGallery, GalleryBox } from "../../../run/index.ts";
import { type Html, html, raw } from "../../html.ts";
import type { DetectionStudy } from "../study.ts";

type Picture = BoxGallery["images"][number];

const titles: Record<Picture["strip"], string> = {
  surest: "Right, and surest",
  wrong: "Wrong, and surest",
  missed: "Missed, the largest",
  doubted: "Most doubted by the references",
};

/** Images with the boxes of each detector's first run that keeps some; nothing where none does. */
export function boxPictures({ arms }: DetectionStudy): Html | undefined {
  const shown = arms.flatMap(({ name, runs }) => {
    const gallery = runs.find((run) => run.gallery?.images.length)?.gallery;
    return gallery ? [{ name, gallery }] : [];
  });
  if (shown.length === 0) return undefined;
  return html`<figure class="gallery boxes">
${shown.map(({ name, gallery }) => {
  const strips = [...new Set(gallery.images.map(({ strip }) => strip))];
  return html`<section><h3>${name}</h3>${strips.map(
    (strip) =>
      html`<h4>${titles[strip]}</h4><ul>${gallery.images
        .filter((image) => image.strip === strip)
        .map((image) => picture(image, gallery))}</ul>`,
  )}</section>`;
})}
<figcaption>Images of ${shown[0].gallery.set}, with the detections from each class's operating score on. Solid: right (at IoU 0.5); dashed: wrong; dotted and grey: an object that none of them finds.</figcaption></figure>`;
}

const looks: Record<GalleryBox["kind"], string> = {
  right: 'stroke="var(--better)"',
  wrong: 'stroke="var(--worse)" stroke-dasharray="5 2"',
  missed: 'stroke="#888" stroke-dasharray="1.5 2"',
};
/** Pixels of a drawn image. */
const SIDE = 168;

function picture({ png, boxes, row }: Picture, { width, height }: BoxGallery): Html {
  const scale = SIDE / Math.max(width, height);
  const [wide, high] = [width * scale, height * scale];
  const rectangles = boxes.map(({ kind, box }) => {
    const [x, y, across, down] = box.map((value) => (value * scale).toFixed(1));
    return `<rect x="${x}" y="${y}" width="${across}" height="${down}" fill="none" stroke="#fff" stroke-opacity="0.7" stroke-width="3.5"/><rect x="${x}" y="${y}" width="${across}" height="${down}" fill="none" stroke-width="2" ${looks[kind]}/>`;
  });
  const told = boxes.map(({ kind, class: name, score, doubt }) => {
    const sure = score === undefined ? "" : ` ${score.toFixed(2)}`;
    const unsure = doubt === undefined ? "" : ` ± ${(100 * doubt).toFixed(0)} %`;
    const mark = { right: "✓", wrong: "✗", missed: "–" }[kind];
    return html`<span class="${kind === "missed" ? "sure" : kind}">${mark} ${name}${sure}${unsure}</span>`;
  });
  const label = boxes.map(({ kind, class: name }) => `${kind} ${name}`).join(", ");
  return html`<li><svg viewBox="0 0 ${wide} ${high}" width="${wide}" height="${high}" role="img" aria-label="Image ${row + 1}: ${label}"><image href="${raw(png)}" width="${wide}" height="${high}" style="image-rendering: pixelated"/>${raw(rectangles.join(""))}</svg>${told}</li>`;
}
