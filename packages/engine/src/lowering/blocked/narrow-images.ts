/**
 * Convolutions of narrow images with many weights. onnxruntime's kernel goes through the weights of 64 outputs once for each row
 * of each image, so with images of a few columns it waits for weights. A batch of them, set side by side into one wide image
 * with their pads between them, goes through the weights once for each row of all images; the results are the same bits.
 */
import type { Value } from '../../graph/graph.js';
import { type BlockedConvOptions, blockedConv } from '../../ops/blocked/conv.js';
import { concat } from '../../ops/concat.js';
import { reshape } from '../../ops/reshape.js';
import { takeRows } from './rows.js';
import type { BlockedContext } from './rule.js';

/** Weights of an output, for each column of the results, from which wide images are faster: measured, by 5 to 40 %. */
const WEIGHTS_PER_COLUMN_MIN = 256;
/** Wider results gain little, whatever the weights. */
const COLUMNS_MAX = 14;

/** As `blockedConv`. */
export function convOfImages(x: Value, w: Value, options: BlockedConvOptions, context: BlockedContext): Value {
  const [batch, , , width] = x.shape;
  const [outputs, , , taps] = w.shape;
  const [top, left, bottom, right] = options.pads ?? [0, 0, 0, 0];
  const columns = width + left + right - taps + 1;
  // What pads the end of an image pads the beginning of the next one too.
  const pitch = width + Math.max(left, right);
  // Where images have more pads than a window covers, results of one would lie upon those of the next.
  if (batch === 1 || columns > pitch || !isNarrow(w, columns, options)) return blockedConv(x, w, options);
  const { sum = null } = options;
  const results = pitch * (batch - 1) + columns;
  const wide = blockedConv(spread(x, { pitch, before: left, total: results + taps - 1 }, context), w, {
    ...options,
    pads: [top, 0, bottom, 0],
    sum: sum && spread(sum, { pitch, before: 0, total: results }, context),
  });
  const rows = wide.shape[2];
  const blocks = outputs / context.block;
  const taken = takeRows(wide, context.block, {
    key: `narrow ${batch} ${blocks} ${rows} ${columns} ${pitch}`,
    indices: () =>
      Int32Array.from({ length: batch * blocks * rows * columns }, (_, place) => {
        const line = Math.floor(place / columns);
        const [image, inImage] = [Math.floor(line / (blocks * rows)), line % (blocks * rows)];
        return inImage * results + image * pitch + (place % columns);
      }),
    context,
  });
  return reshape(taken, [batch, outputs, rows, columns]);
}

function isNarrow(w: Value, columns: number, { strides, dilations, group = 1 }: BlockedConvOptions): boolean {
  if (group > 1 || [...(strides ?? []), ...(dilations ?? [])].some((step) => step > 1)) return false;
  const [, channels, height, width] = w.shape;
  return columns <= COLUMNS_MAX && channels * height * width >= WEIGHTS_PER_COLUMN_MIN * columns;
}

/** Images [N, C, H, W] as one of [1, C, H, total]: each `pitch` columns behind the one before it, and zeros between them. */
function spread(
  images: Value,
  { pitch, before, total }: { pitch: number; before: number; total: number },
  context: BlockedContext,
): Value {
  const { block, target } = context;
  const [batch, channels, height, width] = images.shape;
  const blocks = channels / block;
  const pixels = batch * blocks * height * width;
  const zeroRow = context.constant('zero row', () => target.constant('float32', [1, block], new Float32Array(block)));
  const taken = takeRows(concat([reshape(images, [pixels, block]), zeroRow], 0), block, {
    key: `spread ${batch} ${blocks} ${height} ${width} ${pitch} ${before} ${total}`,
    indices: () =>
      Int32Array.from({ length: blocks * height * total }, (_, place) => {
        const line = Math.floor(place / total);
        const column = (place % total) - before;
        const [image, x] = [Math.floor(column / pitch), column % pitch];
        if (column < 0 || image >= batch || x >= width) return pixels;
        return (image * blocks * height + line) * width + x;
      }),
    context,
  });
  return reshape(taken, [1, channels, height, total]);
}
