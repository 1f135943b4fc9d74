import { describe, expect, it } from 'vitest';
import { completeTraining } from './stored-training.js';
import { resolveTraining, type TrainingOptions } from './training.js';

const FIRST_VERSION = {
  epochs: 7,
  batch_size: 24,
  loss: 'categorical_crossentropy' as const,
  metrics: ['accuracy' as const],
  normalization: 'symmetric' as const,
  checkpoints: { every_epochs: 2, keep: 5 },
  seed: 11,
};

describe('completeTraining', () => {
  it.each([
    { type: 'adam' as const, learning_rate: 0.002, beta_1: 0.8, beta_2: 0.99, epsilon: 1e-6 },
    { type: 'sgd' as const, learning_rate: 0.1, momentum: 0.9 },
  ])('brings the form of the first version up to date, with $type', (optimizer) => {
    const posted: TrainingOptions = { ...FIRST_VERSION, optimizer };
    expect(completeTraining({ ...FIRST_VERSION, optimizer })).toEqual(resolveTraining(posted));
    expect(completeTraining({ ...FIRST_VERSION, optimizer })).toMatchObject({
      loss: { type: 'categorical_crossentropy' },
      metrics: [{ type: 'accuracy' }],
      optimizer: { ...optimizer, weight_decay: 0 },
      schedule: { type: 'constant' },
      class_weights: null,
      checkpoints: { every_epochs: 2, every_steps: null, every_seconds: 30, keep: 5 },
    });
  });

  it('takes metrics that are named twice, or not at all', () => {
    expect(completeTraining({ ...FIRST_VERSION, metrics: ['accuracy', 'accuracy'] }).metrics).toHaveLength(1);
    expect(completeTraining({ ...FIRST_VERSION, metrics: [] }).metrics).toEqual([]);
  });

  it('leaves the form of today as it is, whatever is in it', () => {
    const classes = { classNames: ['a', 'b'], classCounts: [1, 3] };
    const trainings: TrainingOptions[] = [
      {},
      { class_weights: 'balanced', label_smoothing: 0.1, ema: {}, gradient_clip_norm: 1 },
      { schedule: { type: 'reduce_on_plateau', monitor: 'val_accuracy' }, early_stopping: { patience: 3 } },
      {
        schedule: { type: 'cosine', restarts: {}, decay_epochs: 2 },
        loss: { type: 'focal' },
        budget: { max_seconds: 5 },
      },
      { schedule: { type: 'step', boundaries: [2, 4] }, metrics: ['f1', { type: 'top_k_accuracy', k: 3 }] },
      ...(['adamw', 'rmsprop', 'adagrad', 'adadelta', 'lion'] as const).map((type) => ({ optimizer: { type } })),
    ];
    for (const posted of trainings) {
      const stored = resolveTraining(posted, classes);
      expect(completeTraining(JSON.parse(JSON.stringify(stored)))).toEqual(stored);
    }
  });
});
