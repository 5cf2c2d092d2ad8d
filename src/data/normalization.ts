import { type ImageSet, imageCount, type Normalization, UserError } from "../core/index.ts";
import { imageBytes, rememberOf } from "../core/internal.ts";

/**
 * Per-channel mean and standard deviation over all pixels of all images, in [0, 1]; exact, from a histogram.
 * A channel that is constant gets std 1, so that normalised images stay finite. (The CIFAR-10 std that is often
 * quoted, .2023 …, is the mean of per-image deviations; over all pixels it is .2470 ….)
 * @example
 * const { mean, std } = channelStatistics(dataSet.train); // one number per channel, of pixels in [0, 1]
 */
export function channelStatistics(set: ImageSet): Normalization {
  if (imageCount(set) === 0) throw new UserError(`${set.name}: no images to take the mean of`);
  return rememberOf(set, "channel statistics", () => statisticsOf(set));
}

function statisticsOf(set: ImageSet): Normalization {
  const { channels } = set;
  const histogram = Array.from({ length: channels }, () => new Float64Array(256));
  for (const bytes of imageBytes(set))
    for (let c = 0; c < channels; c++) {
      const counts = histogram[c];
      for (let i = c; i < bytes.length; i += channels) counts[bytes[i]]++;
    }
  const pixels = set.images.length / channels;
  const mean = histogram.map((counts) => counts.reduce((sum, count, value) => sum + count * value, 0) / pixels / 255);
  const std = histogram.map((counts, c) => {
    const variance = counts.reduce((sum, count, value) => sum + count * (value / 255 - mean[c]) ** 2, 0) / pixels;
    return variance > 0 ? Math.sqrt(variance) : 1;
  });
  return { mean, std };
}
