/** What a trained model says of every image of a split. */
import { type MetricValues, TrainyardError } from '@trainyard/contracts';
import { createMetrics } from '@trainyard/engine';
import type { EvaluatedMetrics, Evaluator } from '../evaluate.js';
import type { TrainingSplit } from '../training-data.js';

export interface SplitPredictions {
  /** [count, width]: see `predictionsOf` of the engine. */
  predictions: Float32Array<ArrayBuffer>;
  /** [count]: the loss of the training, without penalties on weights. */
  losses: Float32Array<ArrayBuffer>;
  /** The loss, with penalties, and the metrics of the training. */
  metrics: MetricValues;
}

export interface PredictOptions {
  signal: AbortSignal;
  /** Hears how many images are done. */
  progress?: (done: number) => Promise<void>;
}

/** The split may not be empty. Throws `training_diverged` where the model gives anything that is not a finite number. */
export async function predictSplit(
  evaluator: Evaluator,
  tensors: ReadonlyMap<string, Float32Array>,
  split: TrainingSplit,
  { metrics, context }: EvaluatedMetrics,
  { signal, progress }: PredictOptions,
): Promise<SplitPredictions> {
  const { width } = context;
  const predictions = new Float32Array(split.count * width);
  const losses = new Float32Array(split.count);
  const measured = createMetrics(metrics, context);
  let done = 0;
  let loss = 0;
  let penalty = 0;
  for await (const batch of evaluator.batches(tensors, split, signal)) {
    predictions.set(batch.predictions.subarray(0, batch.rows * width), done * width);
    losses.set(batch.losses.subarray(0, batch.rows), done);
    measured.add(batch.predictions, batch.labels, batch.rows);
    for (let row = 0; row < batch.rows; row++) loss += batch.losses[row];
    penalty = batch.penalty;
    done += batch.rows;
    await progress?.(done);
  }
  refuseNonFinite(predictions, width, split.count);
  return { predictions, losses, metrics: { loss: loss / split.count + penalty, ...measured.values() } };
}

function refuseNonFinite(predictions: Float32Array, width: number, count: number): void {
  let rows = 0;
  for (let row = 0; row < count; row++) {
    if (predictions.subarray(row * width, (row + 1) * width).some((value) => !Number.isFinite(value))) rows += 1;
  }
  if (rows === 0) return;
  throw new TrainyardError(
    'training_diverged',
    `The model gives outputs that are not finite numbers for ${rows} of ${count} images. Choose another checkpoint.`,
  );
}
