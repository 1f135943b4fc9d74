// Data sets of a few thousand real images, some of them with a fault planted, taken in by the service's own ingest.
import { ingestDataset } from '@trainyard/datasets';
import { permutation } from '@trainyard/engine';
import yazl from 'yazl';
import { CLASSES, PIXELS, SIDE } from './sources.mjs';

const TEST_IMAGES = 500;
/** Images of the test split of `leaking` that are copies of what can be trained on. */
const LEAKED = 250;
/** Part of what can be trained on. */
const VALIDATION = 0.25;
const VALIDATION_OF_FEW = 0.75;

/** Which images of the source each data set has, as places in a shuffled source. */
const PLANTED = {
  /** 1,600 images: 1,200 to train on and 400 to validate with. */
  plain: (/** @type {Pool} */ pool) => pool.take(1600),
  /** 360 images: 9 of each class to train on, and so many to validate with that chance has little part in it. */
  few: (/** @type {Pool} */ pool) => pool.takeEach(() => 36),
  /** 700 images of one class, and 16 of each other. */
  imbalanced: (/** @type {Pool} */ pool) => pool.takeEach((label) => (label === 3 ? 1200 : 24)),
  /** As `plain`; the test split is taken from it in part, see `LEAKED`. */
  leaking: (/** @type {Pool} */ pool) => pool.take(1600),
};

/** @typedef {keyof typeof PLANTED} DatasetName */

/** Draws images from a source without putting them back. */
class Pool {
  /** @param {import('./sources.mjs').Labelled} source @param {number} seed */
  constructor({ labels }, seed) {
    this.labels = labels;
    this.order = permutation(labels.length, seed, 1);
  }

  /** @param {number} count @returns {number[]} */
  take(count) {
    return [...this.order.subarray(0, count)];
  }

  /** @param {(label: number) => number} countOf @returns {number[]} */
  takeEach(countOf) {
    const left = Array.from({ length: CLASSES }, (_, label) => countOf(label));
    return [...this.order].filter((place) => left[this.labels[place]]-- > 0);
  }
}

/**
 * @param {import('@trainyard/storage').ObjectStore} store
 * @param {{ source: import('./sources.mjs').Source, name: DatasetName, seed: number }} wanted
 */
export async function plantDataset(store, { source, name, seed }) {
  const places = PLANTED[name](new Pool(source.train, seed));
  const tested = pick(source.test, new Pool(source.test, seed).take(TEST_IMAGES));
  const leaked = pick(source.train, places.slice(0, LEAKED));
  const test = name === 'leaking' ? joined(leaked, tested) : tested;
  const datasetId = `ds_${name}`;
  const sourceKey = `uploads/${datasetId}/source`;
  await store.write(sourceKey, await idxArchive({ train: pick(source.train, places), t10k: test }));
  const validation = name === 'few' ? VALIDATION_OF_FEW : VALIDATION;
  const options = { split: { train: 1 - validation, validation, test: 0, seed } };
  const dataset = await ingestDataset(store, { datasetId, sourceKey, format: 'idx', options });
  return { id: datasetId, ...dataset };
}

/** The same without images that are in two splits, as `POST /v1/datasets/{id}/images` makes it. @param {import('@trainyard/storage').ObjectStore} store @param {string} parentId */
export async function withoutLeaks(store, parentId) {
  const datasetId = `${parentId}_clean`;
  const dataset = await ingestDataset(store, {
    datasetId,
    sourceKey: null,
    parentId,
    format: 'auto',
    options: { leaks: 'drop' },
  });
  return { id: datasetId, ...dataset };
}

/** @param {import('./sources.mjs').Labelled} from @param {number[]} places */
function pick({ images, labels }, places) {
  const picked = { images: new Uint8Array(places.length * PIXELS), labels: new Uint8Array(places.length) };
  places.forEach((place, i) => {
    picked.images.set(images.subarray(place * PIXELS, (place + 1) * PIXELS), i * PIXELS);
    picked.labels[i] = labels[place];
  });
  return picked;
}

/** @param {import('./sources.mjs').Labelled[]} parts */
function joined(...parts) {
  const concat = (/** @type {'images' | 'labels'} */ of) =>
    new Uint8Array(Buffer.concat(parts.map((part) => part[of])));
  return { images: concat('images'), labels: concat('labels') };
}

/** @param {Record<string, import('./sources.mjs').Labelled>} splits @returns {Promise<Uint8Array>} A zip of IDX files */
async function idxArchive(splits) {
  const zip = new yazl.ZipFile();
  for (const [name, { images, labels }] of Object.entries(splits)) {
    zip.addBuffer(Buffer.concat([header(3, [labels.length, SIDE, SIDE]), images]), `${name}-images-idx3-ubyte`);
    zip.addBuffer(Buffer.concat([header(1, [labels.length]), labels]), `${name}-labels-idx1-ubyte`);
  }
  zip.end();
  const chunks = [];
  for await (const chunk of zip.outputStream) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

/** @param {number} dimensions @param {number[]} sizes */
function header(dimensions, sizes) {
  const bytes = Buffer.alloc(4 + 4 * sizes.length);
  bytes[2] = 0x08;
  bytes[3] = dimensions;
  sizes.forEach((size, i) => {
    bytes.writeUInt32BE(size, 4 + 4 * i);
  });
  return bytes;
}
