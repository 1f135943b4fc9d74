import type { TrainerReport } from '@trainyard/contracts';
import { describe, expect, it } from 'vitest';
import { linesOf } from './report-lines.js';

const progress = { epoch: 2, epochs: 3, step: 20, steps: 30, fraction: 0.66, eta_s: 1, images_per_s: 100 };
const row = {
  epoch: 2,
  step: 20,
  train: { loss: 0.123456, accuracy: 0.5 },
  validation: { loss: 0.2, accuracy: 1 },
  learning_rate: 0.0005,
  images_per_s: 1234.5,
  duration_s: 1.25,
};
const checkpoint = { epoch: 2, step: 20, key: 'checkpoints/job_x/20.safetensors', digest: 'sha256:0' };

const textOf = (report: TrainerReport) => linesOf(report).map(({ level, message }) => `${level} ${message}`);

describe('linesOf', () => {
  it('has one line with the figures of an epoch', () => {
    expect(textOf({ type: 'epoch', row, progress, elapsed_s: 3 })).toEqual([
      'info Epoch 2 is done, at step 20: loss 0.1235, accuracy 0.5; validation loss 0.2, accuracy 1; rate 0.0005; 1.3 s; 1235 images/s.',
    ]);
    const [line] = textOf({ type: 'epoch', row: { ...row, validation: null }, progress, elapsed_s: 3 });
    expect(line).not.toContain('validation');
  });

  it('says where a checkpoint stands, and not where it is stored', () => {
    const written = { type: 'checkpoint', checkpoint, bytes: 4096, metrics: { train: {}, validation: null } } as const;
    expect(textOf({ ...written, is_best: true, epoch_complete: true })).toEqual([
      'info A checkpoint is written after epoch 2, at step 20: 4096 bytes, the best so far.',
    ]);
    expect(textOf({ ...written, is_best: false, epoch_complete: false })).toEqual([
      'info A checkpoint is written in epoch 3, at step 20: 4096 bytes.',
    ]);
  });

  it('warns of a rollback', () => {
    const rollback = { at_step: 31, to_step: 0, epoch: 0, rate_factor: 0.5, reason: 'The loss was not a number.' };
    expect(textOf({ type: 'rollback', rollback })).toEqual([
      'warning At step 31 the training goes back to the initial weights, with 0.5 times the rate: The loss was not a number.',
    ]);
    expect(textOf({ type: 'rollback', rollback: { ...rollback, to_step: 20 } })[0]).toContain('checkpoint of step 20');
  });

  it('passes on what the trainer says, and is silent about single steps', () => {
    expect(textOf({ type: 'log', level: 'warning', message: 'The disk is full.' })).toEqual([
      'warning The disk is full.',
    ]);
    expect(textOf({ type: 'steps', rows: [], progress, elapsed_s: 1 })).toEqual([]);
    expect(textOf({ type: 'trained', test: { loss: 0.5 }, stop_reason: 'early_stopping' })).toEqual([
      'info The training is over (early_stopping): test loss 0.5.',
    ]);
  });
});
