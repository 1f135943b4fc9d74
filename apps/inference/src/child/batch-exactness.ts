/**
 * Whether an image gets the same bits alone and among others. onnxruntime chooses other kernels for other numbers of
 * rows (a product with one row is another routine than one with two), and they add in another order. Where enough rows
 * lead to one and the same order, smaller batches are filled up to that number; the answers of the rows that were added
 * are dropped.
 */
import { IMAGES_PER_RUN, type Predictor } from '@trainyard/runtime';

/** Numbers of rows that smaller batches may be filled up to; more would cost more than it is worth. */
const ROWS = [1, 2, 4, 8];
/** The batches that are compared: all the small ones, and sizes around the steps of vector kernels. */
const SIZES = [1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 13, 15, 16, 17, 23, 24, 31, 32];

/** What all comparisons may take, by a rough guess from one image. */
const PROBE_MS_MAX = 1_000;
const PROBED_IMAGES = SIZES.reduce((sum, size) => sum + size, IMAGES_PER_RUN);
const BATCH_MAX_LEAST = 4;
/** By which the time of an image is guessed. */
const IMAGE_RUNS = 4;

export interface BatchLimits {
  batch_exact: boolean;
  /** Images of one run. */
  batch_max: number;
}

/**
 * Limits the predictor's runs so that answers do not depend on the batch, as far as it can be had. Slow models get
 * smaller batches, which are worth little to them: every size that is used has been compared.
 */
export async function makeBatchExact(predictor: Predictor): Promise<BatchLimits> {
  const most = await affordable(predictor);
  const images = probeImages(predictor.imageBytes, most);
  predictor.limitRuns({ fewest: 1, most });
  const whole = await predictor.predict(images, most);
  for (const fewest of ROWS) {
    predictor.limitRuns({ fewest, most });
    if (await isExact(predictor, { images, whole, most })) return { batch_exact: true, batch_max: most };
  }
  predictor.limitRuns({ fewest: 1, most });
  return { batch_exact: false, batch_max: most };
}

/** The largest power of two up to which comparing does not hold up the start. */
async function affordable(predictor: Predictor): Promise<number> {
  const ms = await imageMs(predictor);
  let most = IMAGES_PER_RUN;
  for (let probed = PROBED_IMAGES; most > BATCH_MAX_LEAST && probed * ms > PROBE_MS_MAX; probed /= 4) most /= 2;
  return most;
}

/** The shortest of a few: what else the machine does makes a run look slower, never faster. */
async function imageMs(predictor: Predictor): Promise<number> {
  const image = new Uint8Array(predictor.imageBytes);
  let shortest = Number.POSITIVE_INFINITY;
  for (let run = 0; run < IMAGE_RUNS; run++) {
    const startedAt = performance.now();
    await predictor.predict(image, 1);
    shortest = Math.min(shortest, performance.now() - startedAt);
  }
  return shortest;
}

/** Each size takes images from another place, so that neither the size nor the place in a batch may matter. */
async function isExact(
  predictor: Predictor,
  { images, whole, most }: { images: Uint8Array; whole: Float32Array; most: number },
): Promise<boolean> {
  const { imageBytes } = predictor;
  const width = whole.length / most;
  for (const size of SIZES.filter((candidate) => candidate <= most)) {
    const first = most - size;
    const some = await predictor.predict(images.subarray(first * imageBytes), size);
    if (!isSame(some, whole.subarray(first * width))) return false;
  }
  return true;
}

function isSame(a: Float32Array, b: Float32Array): boolean {
  return Buffer.from(a.buffer, a.byteOffset, a.byteLength).equals(Buffer.from(b.buffer, b.byteOffset, b.byteLength));
}

/** Pixels of a linear congruential generator (Numerical Recipes): noise exercises every sum. */
function probeImages(imageBytes: number, count: number): Uint8Array {
  let state = 1;
  return Uint8Array.from({ length: count * imageBytes }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 24;
  });
}
