import { paletteStyle } from "../core/internal.ts";

/** The whole style of a report. Colours are variables, for drawings use them too. */
export const style = `
${paletteStyle}
* { box-sizing: border-box }
html { -webkit-text-size-adjust: 100% }
body { margin: 0; background: var(--page); color: var(--ink); font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif }
main, header, footer { max-width: 1120px; margin: 0 auto; padding: 0 20px }
header { padding-top: 48px; padding-bottom: 8px }
.brand { color: var(--accent); font-weight: 600; font-size: 14px; margin: 0 0 10px; letter-spacing: .02em }
a { color: var(--accent) }
h1 { font-size: clamp(26px, 4.2vw, 38px); line-height: 1.18; letter-spacing: -.018em; margin: 0 0 14px; max-width: 24em; text-wrap: balance; overflow-wrap: anywhere }
.facts { color: var(--muted); margin: 0 }
h2 { font-size: 20px; letter-spacing: -.01em; margin: 0 0 14px; line-height: 1.3 }
h3 { font-size: 15px; margin: 0 0 2px; line-height: 1.35 }
h4 { font-size: 13px; margin: 14px 0 6px; color: var(--muted); font-weight: 600 }
small { color: var(--muted); font-weight: 400 }
main > * { display: block; margin: 22px 0; padding: 24px 26px; background: var(--card); border: 1px solid var(--edge); border-radius: 12px }
.verdict { margin: 0 0 14px; padding: 0; list-style: none; font-size: 17px; max-width: 76ch }
.verdict li + li { margin-top: 6px }
.beside { display: grid; grid-template-columns: minmax(0, 1.1fr) minmax(0, 1fr); gap: 12px 34px; align-items: center }
.beside > svg { width: 100%; height: auto }
.arms { margin: 0; padding: 0; list-style: none; font-size: 14.5px; line-height: 1.5 }
.arms li { display: grid; grid-template-columns: 28px 1fr; gap: 10px }
.arms li + li { margin-top: 14px }
.arms svg { margin-top: 5px }
.grid + .arms { margin-top: 24px }
nav ul { columns: 20em; margin: 0; padding: 0; list-style: none }
nav li { padding: 3px 0; break-inside: avoid }
main > .fold { padding-top: 0; padding-bottom: 0; margin: 10px 0 }
.fold > summary { padding: 15px 0; list-style-position: outside; margin-left: 16px }
.fold > summary h2 { display: inline; margin: 0; font-size: 17px; color: var(--ink) }
.fold > div { padding: 4px 0 24px; scroll-margin-top: 60px }
.fold figure, nav figure { margin: 0 }
.findings { margin: 0; padding: 0; list-style: none }
.findings li { padding: 7px 0; border-top: 1px solid var(--grid) }
.findings li:first-child { border: 0; padding-top: 0 }
.note, figcaption { color: var(--muted); font-size: 14px; line-height: 1.5; margin: 16px 0 0; max-width: 92ch }
.scroll { overflow-x: auto; margin: 0 -4px }
.scroll:focus-visible { outline: 2px solid var(--accent) }
table { border-collapse: collapse; font-size: 15px; font-variant-numeric: tabular-nums; width: 100% }
th, td { padding: 7px 12px; text-align: left; vertical-align: baseline }
thead th { font-weight: 600; border-bottom: 1.5px solid var(--line); vertical-align: bottom; line-height: 1.3; font-size: 14px }
tbody th { font-weight: 400 }
tbody tr + tr > * { border-top: 1px solid var(--grid) }
th:first-child { position: sticky; left: 0; background: var(--card) }
.numbers td, .numbers thead th + th { text-align: right }
.numbers td, .numbers tbody th { white-space: nowrap }
.numbers td i { display: inline-block; width: 1.5em; text-align: right; font-style: normal; color: var(--muted) }
.numbers thead th + th { padding-right: calc(12px + 1.5em) }
.numbers .group th { font-weight: 600; font-size: 13px; color: var(--muted); padding-top: 20px; overflow-wrap: anywhere }
.group span { position: sticky; left: 12px }
td.best span { font-weight: 700 }
td.best i, .best i { color: var(--accent); font-style: normal }
.tied i { font-style: normal }
.interval { display: block; font-size: 12px; margin-right: 1.5em }
.none { color: var(--muted) }
.grid { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 300px), 1fr)); gap: 20px 24px }
.grid.wide { grid-template-columns: repeat(auto-fit, minmax(min(100%, 400px), 1fr)) }
.grid svg { width: 100%; height: auto; display: block }
figure > h3 { margin: 26px 0 12px; font-size: 16px }
.panel { display: flex; flex-direction: column }
.panel > svg { margin-top: auto }
.panel h3 { font-size: 14px }
.panel p { margin: 0 0 4px; color: var(--muted); font-size: 13.5px; font-variant-numeric: tabular-nums }
.key { display: flex; flex-wrap: wrap; gap: 4px 22px; margin: 0 0 14px; padding: 0; list-style: none; font-size: 14px }
.key li { display: flex; align-items: center; gap: 8px }
.key svg { flex: none; overflow: visible }
dl { display: grid; grid-template-columns: minmax(8em, auto) 1fr; gap: 6px 20px; margin: 0 0 18px; font-size: 15px }
dt { color: var(--muted) }
dd { margin: 0; overflow-wrap: anywhere }
code { display: block; font: 13.5px/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace }
details { margin-top: 14px; font-size: 15px }
details dl { margin-top: 12px; font-size: 14px }
summary { cursor: pointer; color: var(--accent) }
.lead { margin: 0 0 14px; max-width: 80ch }
.data { width: auto; min-width: 50% }
.data td, .data thead th + th { text-align: right; white-space: nowrap }
.data thead th + th { white-space: normal }
.data tbody th { white-space: nowrap }
figure > .scroll + .copy, section > .scroll + .copy { margin-bottom: 18px }
section > .note + h3 { margin-top: 24px }
.copy p { margin: 8px 0 0; color: var(--muted); font-size: 13.5px }
.copy pre { user-select: all; overflow: auto; max-height: 260px; margin: 0; padding: 10px 12px; border: 1px solid var(--edge); border-radius: 6px; font: 12.5px/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace }
.strips { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 330px), 1fr)); gap: 12px 22px; margin: 0; padding: 0; list-style: none }
.strips span { display: block; font-size: 13px; color: var(--muted); margin-bottom: 3px }
.strips img { display: block; width: 100%; max-width: 384px; height: auto; image-rendering: pixelated; border-radius: 5px; border: 1px solid var(--edge) }
.gallery section + section { margin-top: 26px; padding-top: 20px; border-top: 1px solid var(--grid) }
.gallery ul { display: grid; grid-template-columns: repeat(auto-fill, minmax(104px, 1fr)); gap: 14px 12px; margin: 0; padding: 0; list-style: none }
.gallery.boxes ul { grid-template-columns: repeat(auto-fill, minmax(168px, 1fr)) }
.gallery svg { display: block; max-width: 100%; height: auto; border-radius: 6px; border: 1px solid var(--edge); margin-bottom: 5px }
.gallery li span { display: block; font-size: 12.5px; line-height: 1.35; overflow-wrap: anywhere }
.gallery img { display: block; width: 72px; height: 72px; object-fit: contain; image-rendering: pixelated; border-radius: 6px; border: 1px solid var(--edge); background: #fff; margin-bottom: 5px }
.told ul, .told ol { margin: 0; padding: 0; list-style: none }
.told > ul > li { display: grid; grid-template-columns: 56px minmax(0, 1fr) auto; gap: 4px 12px; align-items: center; padding: 7px 0; border-top: 1px solid var(--grid) }
.told p { margin: 0; font-size: 13px; line-height: 1.35 }
.told p span { display: block }
.told ol { display: flex; gap: 6px }
.told ol li { font-size: 11.5px; line-height: 1.2; text-align: center; color: var(--muted); max-width: 56px; overflow-wrap: anywhere }
.told img { display: block; object-fit: contain; image-rendering: pixelated; border-radius: 5px; border: 1px solid var(--edge); background: #fff; margin: 0 auto }
.told .right { color: var(--better); font-weight: 600 }
.truth, .sure { color: var(--muted); font-variant-numeric: tabular-nums }
.wrong { font-weight: 600 }
footer { color: var(--muted); font-size: 13.5px; padding-bottom: 48px }
@media (max-width: 560px) {
  main, header, footer { padding-left: 12px; padding-right: 12px }
  header { padding-top: 28px }
  main > * { padding: 18px 14px; margin: 14px 0 }
  dl { grid-template-columns: 1fr; gap: 0 }
  dd { margin-bottom: 10px }
  th, td { padding: 7px 8px }
  .numbers { font-size: 14px }
  .numbers th, .numbers td { padding: 6px 4px }
  .numbers thead th { font-size: 12.5px }
  .numbers tbody th { white-space: normal; line-height: 1.3 }
  .numbers td { position: relative; padding-right: 1.4em }
  .numbers td small { display: block; font-size: 12px }
  .numbers td i { position: absolute; right: 0; top: 6px; width: 1.2em }
  .beside { grid-template-columns: 1fr }
  .data { font-size: 14px }
  .data td, .data tbody th { white-space: normal }
  .data td + td { min-width: 8em }
  .group span { left: 4px }
  .numbers .group th { padding-top: 18px }
  .numbers thead th + th { padding-right: 1.5em }
}
@media print {
  @page { margin: 14mm }
  body { background: #fff; font-size: 12px }
  main > *, main > .fold { border: 0; padding: 0; margin: 14px 0 }
  details::details-content { content-visibility: visible; height: auto }
  .fold > summary { margin: 0; padding: 0 0 8px; list-style: none }
  .copy, nav { display: none }
  .grid, .grid.wide { grid-template-columns: 1fr 1fr }
  h1, h2, h3, h4, summary, thead, .key, .lead { break-after: avoid }
  svg, tr, li, .panel, figcaption { break-inside: avoid }
  .scroll { overflow: visible; margin: 0 }
  table, dl, details dl, .note, figcaption { font-size: 10.5px }
  th, td, .numbers th, .numbers td { padding: 3px 6px }
  .numbers td, .numbers tbody th, .data td, .data tbody th { white-space: normal }
  th:first-child { position: static }
}
`;
