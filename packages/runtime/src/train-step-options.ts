/** A training's options as its step is compiled with them. */
import type { Training } from '@trainyard/contracts';
import type { Preprocessing, TrainStepOptions } from '@trainyard/engine';

export function trainStepOptions(
  training: Training,
  of: { preprocessing: Preprocessing; stepsPerRun: number; block?: number | null },
): TrainStepOptions {
  const { augmentation } = training;
  return {
    loss: training.loss,
    labelSmoothing: training.label_smoothing,
    batchSize: training.batch_size,
    optimizer: training.optimizer,
    layerRates: training.layer_learning_rates,
    classWeights: training.class_weights,
    clipNorm: training.gradient_clip_norm,
    clipValue: training.gradient_clip_value,
    averageDecay: training.ema?.decay ?? null,
    precision: training.precision,
    mixed: augmentation !== null && (augmentation.mixup !== null || augmentation.cutmix !== null),
    packsState: true,
    ...of,
  };
}
