/**
 * What the frozen beginning of a model gives for each image of a data set: computed once, kept beside the data set, and trained
 * on in place of the images.
 */
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { SPLITS, type Split } from '@trainyard/contracts';
import type { PackedDataset } from '@trainyard/datasets';
import {
  compileFeatures,
  type FeatureGraph,
  type Model,
  type Preprocessing,
  parameterName,
  parametersUpTo,
} from '@trainyard/engine';
import type { ObjectStore } from '@trainyard/storage';
import { createSession, uint8Tensor } from './session.js';
import type { TrainingData, TrainingSplit } from './training-data.js';

export interface FeatureOptions {
  readonly store: ObjectStore;
  readonly model: Model;
  /** Of the last frozen layer. */
  readonly place: number;
  readonly parameters: ReadonlyMap<string, Float32Array>;
  readonly preprocessing: Preprocessing;
  readonly data: PackedDataset;
  readonly dataset: { readonly id: string; readonly digest: string | null };
  readonly plan: { readonly device: 'cpu' | 'cuda'; readonly threads: number };
  readonly signal: AbortSignal;
  /** Called where they are not there yet, with the number of images. */
  readonly onCompute?: (images: number) => Promise<void>;
}

export interface FrozenFeatures extends TrainingData {
  readonly bytes: number;
  close(): Promise<void>;
}

const FLOAT_BYTES = 4;
/** Images that are run at once. */
const BATCH = 16;
/** Features up to this size are held in memory; others are read as they are asked for, as images are. */
const MEMORY_BYTES_MAX = 64 * 1024 ** 2;
/** More than this is not worth its room: such a model is trained as a whole. */
const STORED_BYTES_MAX = 4 * 1024 ** 3;

/** Null where they would take too much room. */
export async function openFrozenFeatures(options: FeatureOptions): Promise<FrozenFeatures | null> {
  const { store, model, place, parameters, preprocessing, data } = options;
  const graph = compileFeatures(model, place, { parameters, preprocessing });
  const rowBytes = FLOAT_BYTES * graph.features.shape.reduce((product, side) => product * side, 1);
  const images = SPLITS.reduce((sum, split) => sum + data.splits[split].count, 0);
  const bytes = rowBytes * images;
  if (bytes > STORED_BYTES_MAX) return null;
  const key = featuresKey(options);
  const stored = await store.stat(key);
  if (stored?.bytes !== bytes) {
    await options.onCompute?.(images);
    await store.write(key, Readable.from(computeFeatures(graph, options)), { signal: options.signal });
  }
  const rows = await openRows(store, key, bytes, rowBytes);
  return { bytes, splits: splitsOf(data, rows), close: () => rows.close() };
}

/** What the features depend on, and where they are kept. */
export interface FeatureSource
  extends Pick<FeatureOptions, 'store' | 'model' | 'place' | 'parameters' | 'preprocessing' | 'dataset'> {
  readonly data: Pick<PackedDataset, 'image'>;
}

/** Whether another training has computed them already. */
export async function hasFrozenFeatures(source: FeatureSource): Promise<boolean> {
  return (await source.store.stat(featuresKey(source))) !== null;
}

/** Everything that the features depend on: images, layers, weights and the normalisation of pixels. */
function featuresKey({ model, place, parameters, preprocessing, data, dataset }: FeatureSource): string {
  const hash = createHash('sha256');
  const layers = model.layers.slice(0, place + 1).map(({ spec: { name: _, inputs: __, ...spec } }) => spec);
  hash.update(JSON.stringify({ version: 1, digest: dataset.digest, image: data.image, preprocessing, layers }));
  for (const parameter of parametersUpTo(model, place)) {
    const values = parameters.get(parameterName(parameter));
    if (values) hash.update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  }
  return `datasets/${dataset.id}/backbone-features/${hash.digest('hex')}`;
}

/** Row by row in the order of the splits. */
async function* computeFeatures(
  graph: FeatureGraph,
  { data, plan, signal }: FeatureOptions,
): AsyncGenerator<Uint8Array> {
  const session = await createSession(graph.onnx, plan);
  try {
    for (const split of SPLITS) {
      for (let first = 0; first < data.splits[split].count; first += BATCH) {
        signal.throwIfAborted();
        yield await featuresOf(first, data.splits[split]);
      }
    }
  } finally {
    await session.release();
  }

  async function featuresOf(first: number, split: TrainingSplit): Promise<Uint8Array> {
    const rows = Math.min(BATCH, split.count - first);
    const [, ...sides] = graph.images.shape;
    const pixels = new Uint8Array(rows * sides.reduce((product, side) => product * side, 1));
    await split.readImages(
      Uint32Array.from({ length: rows }, (_, row) => first + row),
      pixels,
    );
    const results = await session.run({ [graph.images.name]: uint8Tensor(pixels, [rows, ...sides]) });
    const { data: values } = results[graph.features.name];
    return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  }
}

/** Features of images, each by its place among those of all splits, one after another into `out`. */
interface FeatureRows {
  read(places: Uint32Array, out: Uint8Array): Promise<void> | void;
  close(): Promise<void>;
}

async function openRows(store: ObjectStore, key: string, bytes: number, rowBytes: number): Promise<FeatureRows> {
  if (bytes > MEMORY_BYTES_MAX) {
    // They have just been written, or are what another training reads: most of them lie in the system's cache.
    const stored = await store.openPieces([key], { pieceBytes: rowBytes, isWarming: false });
    return {
      read: (places, out) => stored.read({ objects: new Uint16Array(places.length), places }, out),
      close: () => stored.close(),
    };
  }
  const held = await store.readBytes(key);
  return {
    read(places, out) {
      for (let row = 0; row < places.length; row++) {
        const start = places[row] * rowBytes;
        out.set(held.subarray(start, start + rowBytes), row * rowBytes);
      }
    },
    close: async () => {},
  };
}

function splitsOf(data: PackedDataset, rows: FeatureRows): Record<Split, TrainingSplit> {
  let start = 0;
  const open = (split: Split): TrainingSplit => {
    const { count, labels } = data.splits[split];
    const first = start;
    start += count;
    return {
      count,
      labels,
      async readImages(indices, out) {
        const places = new Uint32Array(indices.length);
        for (let row = 0; row < indices.length; row++) {
          if (!(indices[row] < count)) throw new RangeError(`There is no image ${indices[row]} in the ${split} split`);
          places[row] = first + indices[row];
        }
        await rows.read(places, out);
      },
    };
  };
  return { train: open('train'), validation: open('validation'), test: open('test') };
}
