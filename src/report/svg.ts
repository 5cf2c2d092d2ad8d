import { type Config, parse, View } from "vega";
import { compile, type TopLevelSpec } from "vega-lite";
import { escapeHtml, type Html, raw } from "./html.ts";

/** Inked with the page's variables, so that one drawing serves both colour schemes. */
const config = {
  font: "inherit",
  background: "transparent",
  // Every drawing of a kind is the same size, whatever its labels: drawings side by side stay aligned.
  autosize: { type: "none" },
  padding: { left: 62, right: 18, top: 12, bottom: 44 },
  aria: false,
  view: { stroke: null },
  axis: {
    domainColor: "var(--line)",
    gridColor: "var(--grid)",
    tickColor: "var(--line)",
    labelColor: "var(--muted)",
    titleColor: "var(--muted)",
    labelFontSize: 11.5,
    titleFontSize: 12,
    titleFontWeight: "normal",
    titlePadding: 8,
    labelPadding: 4,
    tickSize: 4,
    labelFlush: false,
  },
  // Fixed: where there is no canvas to measure labels on, Vega takes them for wider than they are, and a title beyond
  // them would leave the drawing.
  axisLeft: { titleX: -46 },
} as const;

/** Drawn for a phone at natural size; a wide screen enlarges them up to this. */
const LARGEST_SCALE = 1.25;

/**
 * Draws a chart as markup for the page itself.
 * @param id unlike any other drawing's on the page, for the names inside an SVG are global there
 * @param label what a screen reader says instead of the picture
 */
export async function drawSvg(spec: TopLevelSpec, id: string, label: string): Promise<Html> {
  const compiled = compile({ ...spec, config: { ...config, ...spec.config } } as TopLevelSpec).spec;
  const view = new View(parse(compiled, config as Config), { renderer: "none" });
  const svg = await view.toSVG();
  view.finalize();
  const width = /\bwidth="([\d.]+)"/.exec(svg)?.[1];
  const viewBox = /viewBox="[^"]*"/.exec(svg)?.[0];
  const inner = svg
    .slice(svg.indexOf(">", svg.indexOf("<svg")) + 1, svg.lastIndexOf("</svg>"))
    .replace(/\bid="([^"]+)"/g, `id="${id}-$1"`)
    .replace(/url\(#([^)]+)\)/g, `url(#${id}-$1)`);
  return raw(
    `<svg ${viewBox} style="max-width:${Math.round(LARGEST_SCALE * Number(width))}px" role="img" aria-label="${escapeHtml(label)}">${inner}</svg>`,
  );
}
