/** Images of noise in the place of a data set: what a step costs does not depend on what it sees. */
import type { DatasetTask } from '@trainyard/contracts';
import type { TrainingData, TrainingSplit } from '../training-data.js';

/** Knuth's multiplier: the bytes differ from one to the next. */
const MULTIPLIER = 2_654_435_761;

export interface NoiseShape {
  task: DatasetTask;
  /** Classes, labels or targets. */
  outputs: number;
  images: { train: number; validation: number; test: number };
}

/** Splits of these sizes; labels in turn, or a 1 for each third label, or targets around 0. */
export function noiseData({ task, outputs, images }: NoiseShape): TrainingData {
  const split = (count: number): TrainingSplit => ({
    count,
    labels: noiseLabels(task, outputs, count),
    readImages(_, out) {
      for (let i = 0; i < out.length; i++) out[i] = Math.imul(i, MULTIPLIER) >>> 24;
    },
  });
  return { splits: { train: split(images.train), validation: split(images.validation), test: split(images.test) } };
}

function noiseLabels(task: DatasetTask, outputs: number, count: number): Int32Array | Float32Array {
  if (task === 'multiclass') return Int32Array.from({ length: count }, (_, i) => i % outputs);
  if (task === 'multilabel') return Float32Array.from({ length: count * outputs }, (_, i) => (i % 3 === 0 ? 1 : 0));
  return Float32Array.from({ length: count * outputs }, (_, i) => ((i * 37) % 101) / 50 - 1);
}

/** The first images of a split. */
export function firstImages(split: TrainingSplit, count: number): TrainingSplit {
  const limited = Math.min(count, split.count);
  const width = split.labels.length / Math.max(split.count, 1);
  return {
    count: limited,
    labels: split.labels.subarray(0, limited * width),
    readImages: (indices, out) => split.readImages(indices, out),
  };
}
