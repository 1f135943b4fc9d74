/** The files of an evaluation: predictions and samples for whoever compares, pixels of the images that its lists name. */
import type { LabelledPredictions } from '@trainyard/analysis';
import {
  analysisKey,
  EVALUATION_FILES,
  type EvaluatedSamples,
  type EvaluationPixels,
  type EvaluationResult,
  type ImageSize,
} from '@trainyard/contracts';
import type { PackedSplit, SplitImage } from '@trainyard/datasets';
import type { ObjectStore } from '@trainyard/storage';

export interface EvaluationFiles {
  result: EvaluationResult;
  rows: LabelledPredictions;
  /** Of each row. */
  images: readonly SplitImage[];
  split: PackedSplit;
  image: ImageSize;
}

/** `result.json` comes last. */
export async function writeEvaluation(store: ObjectStore, id: string, files: EvaluationFiles): Promise<void> {
  const { result, rows, images } = files;
  const samples: EvaluatedSamples = {
    version: 1,
    task: rows.task,
    names: [...rows.names],
    count: rows.count,
    files: images.map(({ file }) => file),
    contents: images.map(({ content }) => content),
    labels: [...rows.labels],
  };
  await store.write(analysisKey(id, EVALUATION_FILES.predictions), littleEndian(rows.predictions));
  await store.write(analysisKey(id, EVALUATION_FILES.samples), toJson(samples));
  await writePixels(store, id, files);
  await store.write(analysisKey(id, 'result.json'), toJson(result));
}

async function writePixels(store: ObjectStore, id: string, { result, split, image }: EvaluationFiles): Promise<void> {
  const named = [...result.mistakes, ...(result.label_errors?.images ?? [])];
  const places = [...new Set(named.map(({ index }) => index))].sort((a, b) => a - b);
  const { width, height, channels } = image;
  const pixels = new Uint8Array(places.length * width * height * channels);
  await split.readImages(places, pixels);
  const index: EvaluationPixels = { version: 1, width, height, channels, places };
  await store.write(analysisKey(id, EVALUATION_FILES.pixels), pixels);
  await store.write(analysisKey(id, EVALUATION_FILES.pixelIndex), toJson(index));
}

export function littleEndian(numbers: ArrayLike<number>): Uint8Array {
  const bytes = new DataView(new ArrayBuffer(numbers.length * Float32Array.BYTES_PER_ELEMENT));
  for (let i = 0; i < numbers.length; i++) bytes.setFloat32(i * Float32Array.BYTES_PER_ELEMENT, numbers[i], true);
  return new Uint8Array(bytes.buffer);
}

function toJson(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}
