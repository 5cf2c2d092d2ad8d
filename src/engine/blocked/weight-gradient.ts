import type { Tensor } from "../nodes.ts";
import { type Layout, NCHWC } from "./layout.ts";

/** The forward convolution whose weights' gradient is wanted. */
export interface WeightGradient {
  /** Input [N, C, H, W]: blocked, or plain where C is less than a block. */
  readonly x: Tensor;
  readonly xBlocked: boolean;
  /** Gradient of the output [N, O, Ho, Wo], blocked. */
  readonly dy: Tensor;
  /** kh = kw = k; stride and padding before, equal on both axes. */
  readonly kernel: number;
  readonly stride: number;
  readonly padding: number;
}

/**
 * dW[c, o, i, j] = Σ x[n, c, h·s + i − p, w·s + j − p] · dy[n, o, h, w], as blocked convolutions whose *channels* are
 * pixels: a block holds B neighbouring pixels of a row (of several images where rows are shorter), the images are the
 * channel blocks, the input channels are the width, and dy is a filter as high as the image. Sliding it by whole rows
 * gives all taps i; each tap j needs the columns shifted by j − p. Images go in groups, so that all cores have work.
 *
 * Rows that don't fill blocks are widened by zeros. Result [C, O, k, k]; undefined for strided rows of several blocks.
 */
export function blockedWeightGradient(layout: Layout, g: WeightGradient): Tensor | undefined {
  const blocks = blocksOf(layout, g);
  if (!blocks) return undefined;
  const { graph, block } = layout;
  const { kernel: k, stride: s, padding: p } = g;
  const [, c, h, w] = g.x.shape;
  const [, o, ho, dyWidth] = g.dy.shape;
  const { blocksPerRow, outBlocks, groups } = blocks;

  const laid = { layout, g, blocks };
  const filters = dyAsFilters(laid);
  const below = Math.max(0, k - 1 + (ho - 1) * s + 1 - h - p);
  const rowTaps = Math.floor(h + p + below - ((ho - 1) * s + 1)) + 1;
  const slide = (pixels: Tensor, filter: Tensor): Tensor => {
    const y = graph.node("Conv", [pixels, filter], [1, groups * o, rowTaps, c], "float32", {
      domain: NCHWC,
      attributes: {
        kernel_shape: [ho * blocksPerRow, 1],
        strides: [blocksPerRow, 1],
        pads: [p * blocksPerRow, 0, below * blocksPerRow, 0],
        dilations: [s, 1],
        group: groups,
      },
    });
    return graph.reshape(y, [groups, outBlocks, rowTaps, 1, c, block]);
  };
  const columnTaps = Array.from({ length: k }, (_, j) => {
    // Shifting dy leaves one reordering of x for all taps; it needs equal widths.
    if (s === 1 && dyWidth === w && k <= 3)
      return slide(pixelBlocks(laid, columns(laid, 0)), shifted(laid, filters, j - p));
    return slide(pixelBlocks(laid, columns(laid, j - p)), asFilter(laid, filters));
  });
  // [O/B, i, j, C, B of O]
  const taps = graph.slice(graph.sum(graph.concat(columnTaps, 3), [0]), [1], [0], [k]);
  const outputsFirst = layout.toPlain(graph.reshape(taps, [outBlocks, block, k * k * c, 1]));
  const oihw = graph.reshape(graph.transpose(graph.reshape(outputsFirst, [o, k * k, c]), [0, 2, 1]), [o, c, k, k]);
  return graph.transpose(oihw, [1, 0, 2, 3]);
}

/** How images and output channels are laid out in blocks. */
interface Blocks {
  /** Width of a row of dy with its zeros. */
  readonly wo: number;
  readonly imagesPerBlock: number;
  readonly blocksPerRow: number;
  readonly imageBlocks: number;
  readonly outBlocks: number;
  /** Of images, and how many image blocks one has. */
  readonly groups: number;
  readonly perGroup: number;
}

interface Laid {
  readonly layout: Layout;
  readonly g: WeightGradient;
  readonly blocks: Blocks;
}

/** Undefined for strided rows of several blocks. */
function blocksOf(layout: Layout, g: WeightGradient): Blocks | undefined {
  const { block } = layout;
  const [n] = g.x.shape;
  const [, o, , dyWidth] = g.dy.shape;
  const wo = blockWidth(dyWidth, block, g.xBlocked ? n : 1);
  const imagesPerBlock = wo < block ? block / wo : 1;
  const blocksPerRow = Math.max(1, wo / block);
  if (g.stride > 1 && blocksPerRow > 1) return undefined;

  const imageBlocks = n / imagesPerBlock;
  const outBlocks = o / block;
  // Few output blocks give the cores too little to share: split the images instead.
  let groups = outBlocks <= 4 ? 4 : outBlocks <= 8 ? 2 : 1;
  while (imageBlocks % groups) groups /= 2;
  const perGroup = imageBlocks / groups;
  return { wo, imagesPerBlock, blocksPerRow, imageBlocks, outBlocks, groups, perGroup };
}

/** dy as [groups · O/B, images of a group, Ho · images per block, Wo (or B), B …]: image blocks after output blocks. */
function dyAsFilters({ layout, g, blocks }: Laid): Tensor {
  const { graph, block } = layout;
  const [n, , ho, dyWidth] = g.dy.shape;
  const { wo, imagesPerBlock, outBlocks, groups, perGroup } = blocks;
  const rows = graph.reshape(g.dy, [n * outBlocks, ho, dyWidth, block]);
  const wide = graph.pad(rows, [
    [0, 0],
    [0, 0],
    [0, wo - dyWidth],
    [0, 0],
  ]);
  if (imagesPerBlock === 1)
    return graph.transpose(graph.reshape(wide, [groups, perGroup, outBlocks, ho * wo * block]), [0, 2, 1, 3]);
  const rowLength = wo * block;
  const split = graph.reshape(wide, [groups, perGroup, imagesPerBlock, outBlocks, ho, rowLength]);
  return graph.transpose(split, [0, 3, 1, 4, 2, 5]);
}

function asFilter({ layout, g, blocks }: Laid, tensor: Tensor): Tensor {
  const { graph, block } = layout;
  const [, o, ho] = g.dy.shape;
  const { blocksPerRow, groups, perGroup } = blocks;
  return graph.reshape(tensor, [groups * o, perGroup * block, ho * blocksPerRow, 1]);
}

/** Moves every row of dy by `by` pixels, zeros coming in: a depthwise 1×3 convolution with a one-hot kernel. */
function shifted(laid: Laid, tensor: Tensor, by: number): Tensor {
  if (by === 0) return asFilter(laid, tensor);
  const { graph, block } = laid.layout;
  const { wo, imagesPerBlock, outBlocks, groups, perGroup } = laid.blocks;
  const ho = laid.g.dy.shape[2];
  const channels = perGroup * block;
  const oneHot = new Float32Array(channels * 3);
  for (let b = 0; b < perGroup; b++) oneHot.fill(1, (b * 3 + 1 - by) * block, (b * 3 + 2 - by) * block);
  const rows = graph.reshape(tensor, [groups * outBlocks, channels, ho * imagesPerBlock, wo]);
  const moved = graph.node("Conv", [rows, graph.float32(oneHot, [channels, 1, 1, 3])], rows.shape, "float32", {
    domain: NCHWC,
    attributes: { kernel_shape: [1, 3], strides: [1, 1], pads: [0, 1, 0, 1], dilations: [1, 1], group: channels },
  });
  return asFilter(laid, moved);
}

/** Every s-th column of x from `start` on, Wo of them, zeros outside: [N, H, Wo, C], or [N, C, H, Wo] if x is plain. */
function columns({ layout, g, blocks }: Laid, start: number): Tensor {
  const { graph } = layout;
  const { x, stride: s } = g;
  const w = x.shape[3];
  const { wo } = blocks;
  const image = g.xBlocked ? layout.toChannelsLast(x) : x;
  const axis = g.xBlocked ? 2 : 3;
  const end = start + (wo - 1) * s + 1;
  const padded = graph.pad(
    image,
    image.shape.map((_, i) => (i === axis ? [Math.max(0, -start), Math.max(0, end - w)] : [0, 0])),
  );
  const from = Math.max(0, start);
  return graph.slice(padded, [axis], [from], [from + (wo - 1) * s + 1], [s]);
}

/** Columns as the blocked input [1, pixels of all image blocks, H · blocks per row, C]. */
function pixelBlocks({ layout, g, blocks }: Laid, image: Tensor): Tensor {
  const { graph, block } = layout;
  const [n, c, h] = g.x.shape;
  const { wo, imagesPerBlock, imageBlocks, blocksPerRow } = blocks;
  const shape = [1, imageBlocks * block, h * blocksPerRow, c];
  if (!g.xBlocked)
    return graph.reshape(graph.transpose(graph.reshape(image, [n, c, h, blocksPerRow, block]), [0, 2, 3, 1, 4]), shape);
  const rows =
    imagesPerBlock === 1
      ? image
      : graph.transpose(graph.reshape(image, [imageBlocks, imagesPerBlock, h, wo * c]), [0, 2, 1, 3]);
  return graph.reshape(layout.toBlocked(graph.reshape(rows, [imageBlocks * h, imagesPerBlock * wo, c, 1])), shape);
}

/** The width that rows are filled up to: whole blocks, or a part of one that as many of the images share. */
function blockWidth(width: number, block: number, images: number): number {
  for (let part = 1; part < block; part *= 2) if (part >= width && images % (block / part) === 0) return part;
  return Math.ceil(width / block) * block;
}
