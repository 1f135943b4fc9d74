/** Runs one image through a trained network and keeps what one layer makes of it. */
import {
  analysisKey,
  FEATURE_MAPS_FILES,
  type FeatureMapsResult,
  type FeatureMapsTask,
  TrainyardError,
} from '@trainyard/contracts';
import { decodeImage, packDataset } from '@trainyard/datasets';
import type { AnalystTools } from './analyst.js';
import { littleEndian } from './evaluation-files.js';
import { openLayerFeatures } from './layer-features.js';
import { openTrainedModel, type TrainedNetwork } from './trained-model.js';

export async function featureMaps(task: FeatureMapsTask, tools: AnalystTools): Promise<void> {
  const { store, threads } = tools;
  const network = await openTrainedModel(store, task.model);
  const input = await readInput(task, network, tools);
  const features = await openLayerFeatures(network, task.layer, threads);
  try {
    const values = await features.run(input, 1);
    refuseNonFinite(values);
    const { layer, type, shape } = features;
    const result: FeatureMapsResult = {
      ...{ layer, type, shape: [...shape] },
      image: network.model.image,
      ...extremes(values),
      maps: mapFigures(values, shape[0]),
    };
    const write = (file: string, bytes: Uint8Array) => store.write(analysisKey(task.analysis_id, file), bytes);
    await write(FEATURE_MAPS_FILES.values, littleEndian(values));
    await write(FEATURE_MAPS_FILES.input, input);
    await write('result.json', new TextEncoder().encode(JSON.stringify(result)));
  } finally {
    await features.release();
  }
}

/** uint8 [channels, rows, columns] in the model's size. Throws `invalid_image`, and `invalid_request` for an image that is not there. */
async function readInput(
  { image, model }: FeatureMapsTask,
  network: TrainedNetwork,
  { store }: AnalystTools,
): Promise<Uint8Array> {
  const size = { ...network.model.image, fit: model.dataset.fit };
  if ('key' in image) return toPlanes(await decodeImage(await store.readBytes(image.key), size), size.channels);
  const data = await packDataset(store, model.dataset.id, size);
  try {
    const split = data.splits[image.split];
    if (image.index >= split.count) {
      const detail = `The ${image.split} split has ${split.count} images, so ${image.index} is none of them.`;
      throw new TrainyardError('invalid_request', detail, { errors: [{ pointer: '/index', detail }] });
    }
    const pixels = new Uint8Array(size.width * size.height * size.channels);
    await split.readImages([image.index], pixels);
    return pixels;
  } finally {
    await data.close();
  }
}

function toPlanes(pixels: Uint8Array, channels: number): Uint8Array {
  const plane = pixels.length / channels;
  return Uint8Array.from(pixels, (_, to) => pixels[(to % plane) * channels + Math.floor(to / plane)]);
}

function refuseNonFinite(values: Float32Array): void {
  if (values.every(Number.isFinite)) return;
  throw new TrainyardError(
    'training_diverged',
    'The layer gives numbers that are not finite for this image. Choose another checkpoint.',
  );
}

function mapFigures(values: Float32Array, maps: number): FeatureMapsResult['maps'] {
  const size = values.length / maps;
  return Array.from({ length: maps }, (_, index) => {
    const map = values.subarray(index * size, (index + 1) * size);
    const sum = map.reduce((total, value) => total + value, 0);
    const zeros = map.reduce((count, value) => count + (value === 0 ? 1 : 0), 0);
    return { index, mean: sum / size, ...extremes(map), zero_share: zeros / size };
  });
}

function extremes(values: Float32Array): { min: number; max: number } {
  let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    min = Math.min(min, value);
    max = Math.max(max, value);
  }
  return { min, max };
}
