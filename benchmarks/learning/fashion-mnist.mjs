// Reads Fashion-MNIST (Xiao, Rasul and Vollgraf, 2017) from the four IDX files that it is published as.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

/** Where Debian's package puts them. */
export const DEBIAN_FOLDER = '/usr/share/datasets/fashion-mnist';

export const CLASSES = [
  'T-shirt/top',
  'Trouser',
  'Pullover',
  'Dress',
  'Coat',
  'Sandal',
  'Shirt',
  'Sneaker',
  'Bag',
  'Ankle boot',
];

const SIDE = 28;
const PIXELS = SIDE * SIDE;
const UINT8 = 0x08;

/** @typedef {import('@trainyard/runtime').TrainingSplit} TrainingSplit */

/**
 * 60,000 images to train on and 10,000 to test with, each uint8 [1, 28, 28].
 *
 * @param {string} folder @returns {{ train: TrainingSplit, test: TrainingSplit }}
 */
export function readFashionMnist(folder) {
  return { train: readSplit(folder, 'train'), test: readSplit(folder, 't10k') };
}

/** @param {string} folder @param {string} name @returns {TrainingSplit} */
function readSplit(folder, name) {
  const images = readIdx(folder, `${name}-images-idx3-ubyte.gz`, 3);
  const labels = readIdx(folder, `${name}-labels-idx1-ubyte.gz`, 1);
  if (images.length !== labels.length * PIXELS) {
    throw new RangeError(
      `${name}: expected ${PIXELS} pixels for each of ${labels.length} labels; received ${images.length}`,
    );
  }
  return {
    count: labels.length,
    labels: Int32Array.from(labels),
    readImages(indices, out) {
      for (let row = 0; row < indices.length; row++) {
        const start = indices[row] * PIXELS;
        out.set(images.subarray(start, start + PIXELS), row * PIXELS);
      }
    },
  };
}

/**
 * The data of an IDX file of uint8: two zero bytes, the type, the number of dimensions, each as a big-endian uint32.
 *
 * @param {string} folder @param {string} name @param {number} dimensions @returns {Uint8Array}
 */
function readIdx(folder, name, dimensions) {
  const path = join(folder, name);
  if (!existsSync(path)) throw new Error(`${path} is not there.\n${howToGet(folder)}`);
  const file = gunzipSync(readFileSync(path));
  const sizes = Array.from({ length: dimensions }, (_, i) => file.readUInt32BE(4 + 4 * i));
  const start = 4 + 4 * dimensions;
  const expected = sizes.reduce((product, size) => product * size, 1);
  if (file[2] !== UINT8 || file[3] !== dimensions || file.length !== start + expected) {
    throw new Error(`${path} is not an IDX file of uint8 with ${dimensions} dimensions: was it downloaded to its end?`);
  }
  return file.subarray(start);
}

/** @param {string} folder */
function howToGet(folder) {
  return [
    'Fashion-MNIST has to be on this machine already; nothing is downloaded here. Either',
    `  - on Debian or Ubuntu: apt-get install dataset-fashion-mnist (its files land in ${DEBIAN_FOLDER}), or`,
    '  - take the four .gz files from https://github.com/zalandoresearch/fashion-mnist (data/fashion)',
    `    into one folder, and name it: npm run bench:learning -- --data ${folder === DEBIAN_FOLDER ? '<folder>' : folder}`,
  ].join('\n');
}
