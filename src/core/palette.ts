/**
 * The colours of reports and of the page, `[light, dark]`: an arm has one colour in both. Arms start from a neutral
 * baseline and go on with Okabe and Ito's colours, lightened for the dark scheme; `heat` and `diff` are scales of cells,
 * `heat-ink` and `diff-ink` the text on them.
 */
export const palette: Readonly<Record<string, readonly [light: string, dark: string]>> = {
  page: ["#f7f6f3", "#121519"],
  card: ["#fff", "#1a1e24"],
  ink: ["#1c2127", "#e8eaed"],
  muted: ["#5b6470", "#a2abb6"],
  line: ["#a9b0b8", "#5d6671"],
  grid: ["#e8e7e3", "#2a3038"],
  edge: ["#e4e2dc", "#2a3038"],
  accent: ["#00639c", "#6bb8ea"],
  better: ["#0067a5", "#5fb2ea"],
  worse: ["#b34a00", "#f0894a"],
  "arm-1": ["#59616b", "#aab3bd"],
  "arm-2": ["#0072b2", "#56b4e9"],
  "arm-3": ["#d55e00", "#f0894a"],
  "arm-4": ["#009e73", "#3cc79a"],
  "arm-5": ["#b8578f", "#e39bc4"],
  "arm-6": ["#c08a00", "#f0c34a"],
  "heat-0": ["#eef3f7", "#1f2932"],
  "heat-1": ["#d2e0ea", "#253947"],
  "heat-2": ["#b5cdde", "#2b495c"],
  "heat-3": ["#98bad2", "#315972"],
  "heat-4": ["#7ca6c5", "#376887"],
  "heat-5": ["#6093b8", "#3d789c"],
  "heat-6": ["#3e7ba7", "#4388b2"],
  "heat-7": ["#266da0", "#4998c7"],
  "heat-8": ["#0a5a93", "#4fa8dc"],
  "diff-0": ["#c25200", "#cb6a24"],
  "diff-1": ["#d27b3a", "#9b5421"],
  "diff-2": ["#dca275", "#744626"],
  "diff-3": ["#e6c8b0", "#4d382c"],
  "diff-4": ["#f1efea", "#262b32"],
  "diff-5": ["#b5cdd9", "#284054"],
  "diff-6": ["#78abc8", "#2a5575"],
  "diff-7": ["#3c89b6", "#2d6a96"],
  "diff-8": ["#0067a5", "#2b7ab2"],
  "heat-ink-0": ["#14191e", "#fff"],
  "heat-ink-1": ["#14191e", "#fff"],
  "heat-ink-2": ["#14191e", "#fff"],
  "heat-ink-3": ["#14191e", "#fff"],
  "heat-ink-4": ["#14191e", "#fff"],
  "heat-ink-5": ["#14191e", "#fff"],
  "heat-ink-6": ["#fff", "#14191e"],
  "heat-ink-7": ["#fff", "#14191e"],
  "heat-ink-8": ["#fff", "#14191e"],
  "diff-ink-0": ["#fff", "#14191e"],
  "diff-ink-1": ["#14191e", "#fff"],
  "diff-ink-2": ["#14191e", "#fff"],
  "diff-ink-3": ["#14191e", "#fff"],
  "diff-ink-4": ["#14191e", "#fff"],
  "diff-ink-5": ["#14191e", "#fff"],
  "diff-ink-6": ["#14191e", "#fff"],
  "diff-ink-7": ["#14191e", "#fff"],
  "diff-ink-8": ["#fff", "#fff"],
  track: ["#eceae5", "#2a3038"],
  control: ["#8a929b", "#78828d"],
  "on-accent": ["#fff", "#0c1620"],
  good: ["#1a7a3c", "#6fd08c"],
  bad: ["#b3261e", "#ff8a80"],
};

const ARM_COLORS = Object.keys(palette).filter((name) => /^arm-\d+$/.test(name)).length;

/** The name of an arm's colour in the palette, `arm-1` and on: the sixth's successor has the first one's again.
 * @param place of the arm among all, from 0
 * @example `var(--${armColorName(1)})`
 */
export const armColorName = (place: number): string => `arm-${(place % ARM_COLORS) + 1}`;

const variables = (scheme: 0 | 1): string =>
  Object.entries(palette)
    .map(([name, colors]) => `--${name}:${colors[scheme]};`)
    .join(" ");

/** The palette as CSS variables that follow the reader's colour scheme. */
export const paletteStyle = `:root { color-scheme: light dark; ${variables(0)} }
@media (prefers-color-scheme: dark) { :root { ${variables(1)} } }`;
