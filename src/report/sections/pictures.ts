import type { Gallery } from "../../run/index.ts";
import { percent } from "../format.ts";
import { type Html, html, raw } from "../html.ts";
import type { ReportedStudy } from "../study.ts";

type Picture = Gallery["images"][number];

const titles: Record<Picture["strip"], string> = {
  "least-certain": "Least certain",
  "confidently-wrong": "Wrong, and most certain",
  "most-certain": "Most certain",
};

/** What each arm is most and least sure of, on the test set; of several seeds, the first. */
export function pictures({ arms }: ReportedStudy): Html | undefined {
  const shown = arms.flatMap((arm) => {
    const run = arm.runs.find(({ gallery }) => gallery?.images.length);
    return run ? [{ arm, gallery: run.gallery!, seed: run.results.seed }] : [];
  });
  if (shown.length === 0) return undefined;
  return html`<figure class="gallery">
${shown.map(({ arm, gallery, seed }) => {
  const strips = [...new Set(gallery.images.map(({ strip }) => strip))];
  return html`<section><h3>${arm.name}${seed !== undefined && html` <small>seed ${seed}</small>`}</h3>${strips.map(
    (strip) =>
      html`<h4>${titles[strip]}</h4><ul>${gallery.images.filter((image) => image.strip === strip).map(picture)}</ul>`,
  )}</section>`;
})}
<figcaption>Images of ${shown[0].gallery.set}. ✓ marks a right prediction, ✗ a wrong one with the true class below it; the per cent is the confidence, σ the std over references where the model has them.</figcaption></figure>`;
}

function picture({ png, label, predicted, confidence, uncertainty }: Picture): Html {
  const right = label === predicted;
  const alt = `${label}, predicted ${predicted} with confidence ${percent(confidence)}`;
  return html`<li><img src="${raw(png)}" alt="${alt}" width="72" height="72"><span class="${right ? "right" : "wrong"}">${right ? "✓" : "✗"} ${predicted}</span>${
    !right && html`<span class="truth">is ${label}</span>`
  }<span class="sure">${percent(confidence)}${uncertainty !== undefined && html` · σ ${uncertainty.toFixed(3)}`}</span></li>`;
}
