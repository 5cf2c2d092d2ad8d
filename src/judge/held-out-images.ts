import { type ImageSet, imageCount, permutation, Random, subset } from "../core/index.ts";
import { allBytes, joinCaptions } from "../core/internal.ts";
import { matchImages } from "../data/index.ts";

/** Of classes that are held out `count` images, always the same ones, in the shape of `like`. Labels are −1. */
export function heldOutImages(parts: readonly ImageSet[], like: ImageSet, count: number): ImageSet {
  const total = parts.reduce((sum, part) => sum + imageCount(part), 0);
  const chosen = permutation(total, new Random("held-out images")).slice(0, count).sort();
  const pieces: ImageSet[] = [];
  let before = 0;
  for (const part of parts) {
    const end = before + imageCount(part);
    const rows = chosen.filter((row) => row >= before && row < end).map((row) => row - before);
    pieces.push(matchImages(subset(part, rows), like));
    before = end;
  }
  const { height, width, channels } = like;
  const images = new Uint8Array(chosen.length * height * width * channels);
  let at = 0;
  for (const piece of pieces) {
    images.set(allBytes(piece), at);
    at += piece.images.length;
  }
  return {
    ...{ name: "held-out", height, width, channels, images, classNames: [] },
    labels: new Int32Array(chosen.length).fill(-1),
    captions: joinCaptions(pieces),
  };
}
