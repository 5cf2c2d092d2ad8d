/**
 * The sets that a mean corruption error can be over: never mixed, each by name.
 * @example
 * console.log(Object.keys(corruptionSets)); // the published lists of corruptions
 */
export const corruptionSets: Readonly<Record<string, readonly string[]>> = (() => {
  const fifteen = [
    "gaussian_noise",
    "shot_noise",
    "impulse_noise",
    "defocus_blur",
    "glass_blur",
    "motion_blur",
    "zoom_blur",
    "snow",
    "frost",
    "fog",
    "brightness",
    "contrast",
    "elastic_transform",
    "pixelate",
    "jpeg_compression",
  ];
  const extra = ["speckle_noise", "gaussian_blur", "spatter", "saturate"];
  const bar = [
    "blue_noise_sample",
    "brownish_noise",
    "checkerboard_cutout",
    "circular_motion_blur",
    "inverse_sparkles",
    "lines",
    "pinch_and_twirl",
    "ripple",
    "sparkles",
    "transverse_chromatic_abberation",
  ];
  return {
    "C, 15 corruptions": fifteen,
    "C, 19 corruptions": [...fifteen, ...extra],
    "C-bar, 10 corruptions": bar,
    "C and C-bar, 29 corruptions": [...fifteen, ...extra, ...bar],
  };
})();

/** In the order of the published benchmarks, unknown names last; a `*` at the end does not matter. */
export function byPublishedOrder(a: string, b: string): number {
  const all = corruptionSets["C and C-bar, 29 corruptions"];
  const place = (name: string) => {
    const found = all.indexOf(name.replace(/\*$/, ""));
    return found < 0 ? all.length : found;
  };
  return place(a) - place(b);
}

const SEVERITIES = 5;

/**
 * Mean error over the corruptions of a set and their five severities: CIFAR's convention, without a baseline.
 * @param errors by corruption, severity 1 first, each in [0, 1]
 * @returns `undefined` where a cell is missing: the mean over a part is another number
 */
export function meanCorruptionError(
  errors: ReadonlyMap<string, readonly (number | undefined)[]>,
  names: readonly string[],
): number | undefined {
  let sum = 0;
  for (const name of names)
    for (let i = 0; i < SEVERITIES; i++) {
      const error = errors.get(name)?.[i];
      if (error === undefined) return undefined;
      sum += error;
    }
  return sum / (names.length * SEVERITIES);
}

/**
 * The mean corruption errors of every set that is complete.
 * @example
 * const errors = new Map(corruptionNames.map((name) => [name, [0.1, 0.12, 0.2, 0.3, 0.5]])); // of severities 1 to 5
 * console.log(meanCorruptionErrors(errors));
 */
export const meanCorruptionErrors = (
  errors: ReadonlyMap<string, readonly (number | undefined)[]>,
  sets: Readonly<Record<string, readonly string[]>> = corruptionSets,
): Record<string, number> =>
  Object.fromEntries(
    Object.entries(sets).flatMap(([name, names]) => {
      const mean = meanCorruptionError(errors, names);
      return mean === undefined ? [] : [[name, mean]];
    }),
  );

/**
 * mCE (Hendrycks & Dietterich 2019, section 4.2): the mean over corruptions of a model's summed errors over those of a
 * baseline. ImageNet-C's mCE takes the 15 corruptions and `alexNetErrors`; CIFAR-10-C's authors take no baseline.
 * @param baseline mean error of each corruption, in [0, 1]
 * @returns 1 for the baseline itself; `undefined` where a cell or a baseline is missing
 * @example
 * const errors = new Map([["fog", [0.1, 0.12, 0.2, 0.3, 0.5]]]);
 * relativeCorruptionError(errors, { fog: 0.81 }, ["fog"]); // relative to another classifier's error
 */
export function relativeCorruptionError(
  errors: ReadonlyMap<string, readonly (number | undefined)[]>,
  baseline: Readonly<Record<string, number>>,
  names: readonly string[] = corruptionSets["C, 15 corruptions"],
): number | undefined {
  let sum = 0;
  for (const name of names) {
    const mean = meanCorruptionError(errors, [name]);
    if (mean === undefined || !(baseline[name] > 0)) return undefined;
    sum += mean / baseline[name];
  }
  return sum / names.length;
}

/** Mean errors of AlexNet on ImageNet-C (224 px), from the authors' table: what published mCE figures divide by. */
export const alexNetErrors: Readonly<Record<string, number>> = {
  gaussian_noise: 0.886,
  shot_noise: 0.894,
  impulse_noise: 0.923,
  defocus_blur: 0.82,
  glass_blur: 0.826,
  motion_blur: 0.786,
  zoom_blur: 0.798,
  snow: 0.867,
  frost: 0.827,
  fog: 0.819,
  brightness: 0.565,
  contrast: 0.853,
  elastic_transform: 0.646,
  pixelate: 0.718,
  jpeg_compression: 0.607,
};
