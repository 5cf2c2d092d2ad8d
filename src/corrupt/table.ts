import { blueNoiseSample } from "./blue-noise-sample.ts";
import { brightness } from "./brightness.ts";
import { brownishNoise } from "./brownish-noise.ts";
import { checkerboardCutout } from "./checkerboard-cutout.ts";
import { circularMotionBlur } from "./circular-motion-blur.ts";
import { contrast } from "./contrast.ts";
import type { Corruption } from "./corruption.ts";
import { defocusBlur } from "./defocus-blur.ts";
import { elasticTransform } from "./elastic-transform.ts";
import { fog } from "./fog.ts";
import { frost } from "./frost.ts";
import { gaussianBlur } from "./gaussian-blur.ts";
import { gaussianNoise } from "./gaussian-noise.ts";
import { glassBlur } from "./glass-blur.ts";
import { impulseNoise } from "./impulse-noise.ts";
import { inverseSparkles } from "./inverse-sparkles.ts";
import { jpegCompression } from "./jpeg-compression.ts";
import { lines } from "./lines.ts";
import { motionBlur } from "./motion-blur.ts";
import { pinchAndTwirl } from "./pinch-and-twirl.ts";
import { pixelate } from "./pixelate.ts";
import { ripple } from "./ripple.ts";
import { saturate } from "./saturate.ts";
import { shotNoise } from "./shot-noise.ts";
import { snow } from "./snow.ts";
import { sparkles } from "./sparkles.ts";
import { spatter } from "./spatter.ts";
import { speckleNoise } from "./speckle-noise.ts";
import { transverseChromaticAbberation } from "./transverse-chromatic-abberation.ts";
import { zoomBlur } from "./zoom-blur.ts";

/** Every corruption in the order of the published benchmarks. A new one is its file, a line here and its test. */
export const corruptions: readonly Corruption<any>[] = [
  gaussianNoise,
  shotNoise,
  impulseNoise,
  defocusBlur,
  glassBlur,
  motionBlur,
  zoomBlur,
  snow,
  frost,
  fog,
  brightness,
  contrast,
  elasticTransform,
  pixelate,
  jpegCompression,
  speckleNoise,
  gaussianBlur,
  spatter,
  saturate,
  blueNoiseSample,
  brownishNoise,
  checkerboardCutout,
  circularMotionBlur,
  inverseSparkles,
  lines,
  pinchAndTwirl,
  ripple,
  sparkles,
  transverseChromaticAbberation,
];
