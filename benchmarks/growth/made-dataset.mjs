// Data sets of grey noise as ingest leaves them, written without an archive: files of the same names, sizes and digests.
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { openObjectStore } from '@trainyard/storage';

/** @type {import('@trainyard/contracts').ImageSize} */
export const IMAGE = { width: 28, height: 28, channels: 1 };
export const CLASSES = Array.from({ length: 10 }, (_, index) => `class ${index}`);
const SIZE = IMAGE.width * IMAGE.height * IMAGE.channels;
/** Different images; they come again and again. */
const DISTINCT = 1024;
/** Beside the images that are trained on: an eighth of them each. */
const HELD_OUT = 8;

/** @typedef {import('@trainyard/contracts').TrainingTask['dataset']} TaskDataset */

/**
 * Writes one of `images` images for training below `root`; answers what a trainer is told of it.
 *
 * @param {string} root @param {number} images @returns {Promise<TaskDataset>}
 */
export async function makeDataset(root, images) {
  const store = openObjectStore({ root });
  const id = `ds_${images}`;
  const counts = { train: images, validation: images / HELD_OUT, test: images / HELD_OUT };
  const total = counts.train + counts.validation + counts.test;
  const pixels = noise();
  const moments = momentsOf(pixels);
  const prefix = `datasets/${id}/tensors/${IMAGE.width}x${IMAGE.height}x${IMAGE.channels}-cover`;
  const packed = await store.write(`${prefix}/images`, repeated(pixels, SIZE, total));
  const measured = await store.write(`${prefix}/moments`, repeated(new Uint8Array(moments.buffer), 16, total));
  const index = { version: 2, image: IMAGE, fit: 'cover', count: total };
  const digests = { images_sha256: packed.sha256, moments_sha256: measured.sha256 };
  await store.write(`${prefix}/index.json`, json({ ...index, ...digests }));
  const samples = await store.write(`datasets/${id}/samples.jsonl`, Readable.from(lines(counts)));
  const dataset = {
    task: 'multiclass',
    classes: CLASSES,
    targets: null,
    image: IMAGE,
    fit: 'cover',
    stats: statsOf(moments),
  };
  const part = {
    version: 2,
    part_id: id,
    source_key: `uploads/${id}`,
    format: 'idx',
    samples: { count: total, sha256: samples.sha256 },
  };
  const manifest = await store.write(
    `datasets/${id}/manifest.json`,
    json({
      version: 2,
      dataset_id: id,
      parent_id: null,
      number: 1,
      ...dataset,
      counts: { total, train: split(counts.train), validation: split(counts.validation), test: split(counts.test) },
      parts: [part],
      samples: { count: total, sha256: samples.sha256 },
      skipped: { count: 0, sha256: createHash('sha256').digest('hex') },
    }),
  );
  return /** @type {TaskDataset} */ ({ id, digest: manifest.sha256, ...dataset });
}

function noise() {
  const pixels = new Uint8Array(DISTINCT * SIZE);
  let state = 1;
  for (let i = 0; i < pixels.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    pixels[i] = state >>> 24;
  }
  return pixels;
}

/** Sum and sum of squares of each image. @param {Uint8Array} pixels */
function momentsOf(pixels) {
  const moments = new Float64Array(2 * DISTINCT);
  for (let i = 0; i < pixels.length; i++) {
    const image = Math.floor(i / SIZE);
    moments[2 * image] += pixels[i];
    moments[2 * image + 1] += pixels[i] ** 2;
  }
  return moments;
}

/** @param {Float64Array} moments */
function statsOf(moments) {
  const sum = (/** @type {number} */ place) =>
    moments.reduce((all, value, i) => all + (i % 2 === place ? value : 0), 0);
  const pixels = DISTINCT * SIZE;
  const mean = sum(0) / pixels;
  return { mean: [mean / 255], std: [Math.sqrt(sum(1) / pixels - mean ** 2) / 255] };
}

/** Rows of `bytes`, again and again. @param {Uint8Array} rows @param {number} bytes @param {number} count */
function repeated(rows, bytes, count) {
  function* blocks() {
    for (let left = count; left > 0; left -= DISTINCT)
      yield Buffer.from(rows.subarray(0, bytes * Math.min(left, DISTINCT)));
  }
  return Readable.from(blocks());
}

/** The table of samples, a thousand lines at a time. @param {Record<'train' | 'validation' | 'test', number>} counts */
function* lines(counts) {
  let row = 0;
  let block = [];
  for (const [name, count] of Object.entries(counts)) {
    for (let i = 0; i < count; i++, row++) {
      block.push(JSON.stringify({ part: 0, row, label: row % CLASSES.length, split: name, given: true }));
      if (block.length < 1000) continue;
      yield Buffer.from(`${block.join('\n')}\n`);
      block = [];
    }
  }
  if (block.length > 0) yield Buffer.from(`${block.join('\n')}\n`);
}

/** @param {number} total */
function split(total) {
  return { total, classes: Object.fromEntries(CLASSES.map((name) => [name, Math.floor(total / CLASSES.length)])) };
}

/** @param {unknown} value */
function json(value) {
  return new TextEncoder().encode(JSON.stringify(value));
}
