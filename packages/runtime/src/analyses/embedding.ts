/** Brings the images of a split to where the penultimate layer of a trained network puts them, seen from its main sides. */
import { principalComponents } from '@trainyard/analysis';
import {
  analysisKey,
  EMBEDDED_IMAGES_MAX,
  type EmbeddedImage,
  type EmbeddingResult,
  type EmbeddingTask,
  TrainyardError,
} from '@trainyard/contracts';
import { type PackedDataset, type PackedSplit, packDataset, readSplitImages } from '@trainyard/datasets';
import type { AnalystTools } from './analyst.js';
import { type LayerFeatures, openLayerFeatures, penultimateLayer } from './layer-features.js';
import { openTrainedModel } from './trained-model.js';

const BATCH = 32;
/** Of the whole: the rest is for the components. */
const RUNNING = 0.8;

export async function embed(task: EmbeddingTask, tools: AnalystTools): Promise<void> {
  const { store, threads } = tools;
  const { model, split: name } = task;
  const network = await openTrainedModel(store, model);
  const layer = penultimateLayer(network.model);
  if (layer === null) {
    throw new TrainyardError('conflict', 'The last layer with weights takes the image itself: nothing lies before it.');
  }
  const data = await packDataset(store, model.dataset.id, { ...network.model.image, fit: model.dataset.fit });
  try {
    const split = data.splits[name];
    if (split.count === 0) throw new TrainyardError('invalid_dataset', `There are no images in the ${name} split.`);
    const features = await openLayerFeatures(network, layer, threads);
    const chosen = evenly(split.count, EMBEDDED_IMAGES_MAX);
    const rows = await featureRows(features, split, chosen, tools).finally(() => features.release());
    const { projected, ratio } = principalComponents(rows, features.shape[0]);
    const images = await readSplitImages(store, model.dataset.id, name);
    const points = chosen.map(
      (index, row): EmbeddedImage => ({
        index,
        file: images[index].file,
        x: projected[2 * row],
        y: projected[2 * row + 1],
        labels: labelsOf(data, split, index),
      }),
    );
    const result: EmbeddingResult = {
      ...{ layer, dimensions: features.shape[0], split: name, count: split.count, task: data.task },
      names: [...(data.targets ?? data.classes)],
      explained_variance_ratio: [...ratio],
      points,
    };
    await store.write(analysisKey(task.analysis_id, 'result.json'), new TextEncoder().encode(JSON.stringify(result)));
  } finally {
    await data.close();
  }
}

/** float32 [chosen, channels or units]: what a channel gives is averaged over its places, as a global pooling does. */
async function featureRows(
  features: LayerFeatures,
  split: PackedSplit,
  chosen: readonly number[],
  { signal, report }: AnalystTools,
): Promise<Float32Array> {
  const [width, ...sides] = features.shape;
  const places = sides.reduce((product, side) => product * side, 1);
  const rows = new Float32Array(chosen.length * width);
  for (let first = 0; first < chosen.length; first += BATCH) {
    signal.throwIfAborted();
    const indices = chosen.slice(first, first + BATCH);
    const images = new Uint8Array(indices.length * features.imageBytes);
    await split.readImages(indices, images);
    const values = await features.run(images, indices.length);
    for (let i = 0; i < indices.length * width; i++) rows[first * width + i] = meanOf(values, i * places, places);
    await report({ type: 'progress', fraction: (RUNNING * (first + indices.length)) / chosen.length });
  }
  if (rows.every(Number.isFinite)) return rows;
  throw new TrainyardError(
    'training_diverged',
    'The model gives numbers that are not finite. Choose another checkpoint.',
  );
}

function meanOf(values: Float32Array, start: number, count: number): number {
  let sum = 0;
  for (let i = start; i < start + count; i++) sum += values[i];
  return sum / count;
}

/** At most `most` of 0 … count − 1, at even distances. */
function evenly(count: number, most: number): number[] {
  const length = Math.min(count, most);
  return Array.from({ length }, (_, i) => Math.floor((i * count) / length));
}

function labelsOf({ task }: PackedDataset, { labels, count }: PackedSplit, index: number): number[] {
  const width = labels.length / count;
  const own = Array.from(labels.subarray(index * width, (index + 1) * width));
  return task === 'multilabel' ? own.flatMap((value, label) => (value === 1 ? [label] : [])) : own;
}
