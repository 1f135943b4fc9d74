// A training that diverges goes back once, and ends with the same bytes and rows wherever its processes were killed.
import type { TrainerReport, TrainingOptions } from '@trainyard/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RATE_FACTOR } from '../../packages/runtime/src/divergence.js';
import { arraySplit, fitOn, generator, resumeOf } from './fitting.js';
import { type Death, Killed, type Recorded, TestTrainer } from './trainer.js';

const LAYERS = [{ type: 'flatten' }, { type: 'dense', units: 'classes' }];
const BATCH = 8;
/** Of 96 images for training. */
const STEPS = 12;
const EPOCHS = 12;

/** Its error grows from step to step, and is no number any more in the fourth epoch; half of the rate is sound. */
const TRAINING: TrainingOptions = {
  epochs: EPOCHS,
  batch_size: BATCH,
  loss: 'mse',
  optimizer: { type: 'sgd', learning_rate: 0.3 },
  checkpoints: { keep: 100, every_steps: 5 },
};

let trainer: TestTrainer;
let jobs = 0;
beforeAll(async () => {
  trainer = await TestTrainer.open();
});
afterAll(() => trainer.close());

/** Attempts until one gets to the end; `deaths` are those of the attempts before. */
async function train(deaths: Death[], options: TrainingOptions = {}): Promise<Recorded> {
  const job = trainer.newJob();
  const id = `job_${++jobs}`;
  for (const death of deaths) {
    const attempt = trainer.attempt(id, job, LAYERS, { ...TRAINING, ...options }, death);
    await expect(attempt).rejects.toBeInstanceOf(Killed);
  }
  await trainer.attempt(id, job, LAYERS, { ...TRAINING, ...options });
  return job;
}

/** What must be the same, however often the job was interrupted: all but times. */
function lasting({ steps, epochs, checkpoints, rollback, trained }: Recorded) {
  return {
    steps: [...steps.values()].sort((a, b) => a.step - b.step),
    epochs: [...epochs.values()].map(({ images_per_s: _, duration_s: __, ...row }) => row),
    digests: wholeEpochs({ checkpoints }).map(({ digest }) => digest),
    rollback,
    trained,
  };
}

function wholeEpochs({ checkpoints }: Pick<Recorded, 'checkpoints'>) {
  return [...checkpoints.values()].filter((row) => row.epoch_complete).sort((a, b) => a.step - b.step);
}

/** Dies at the `nth` of some reports. */
function at(when: 'before' | 'after', is: (report: TrainerReport) => boolean, nth = 1): Death {
  let met = 0;
  return (report, moment) => {
    if (moment === when && is(report) && ++met === nth) throw new Killed();
  };
}

const isRollback = ({ type }: TrainerReport) => type === 'rollback';
const isCheckpointFrom = (step: number) => (report: TrainerReport) =>
  report.type === 'checkpoint' && report.checkpoint.step >= step;

/** Of those that come after the rollback. */
function later(is: (report: TrainerReport) => boolean): (report: TrainerReport) => boolean {
  let isLater = false;
  return (report) => {
    isLater ||= isRollback(report);
    return isLater && is(report);
  };
}

describe('a training that diverges', () => {
  let alone: Recorded;
  beforeAll(async () => {
    alone = await train([]);
  });

  it('goes back to its newest whole epoch and on with half the rate', () => {
    expect(alone.rollback).toEqual({
      at_step: expect.any(Number),
      to_step: 3 * STEPS,
      epoch: 3,
      rate_factor: RATE_FACTOR,
      reason: expect.stringMatching(/^The loss is no longer a number at epoch 4, step \d+/),
    });
    const rates = lasting(alone).steps.map((row) => row.learning_rate);
    expect(rates).toEqual(Array.from({ length: EPOCHS * STEPS }, (_, i) => (i < 3 * STEPS ? 0.3 : 0.15)));
    expect([...alone.epochs.keys()]).toEqual(Array.from({ length: EPOCHS }, (_, i) => (i + 1) * STEPS));
    const losses = [...alone.epochs.values()].map(({ train }) => train.loss);
    expect(losses[2]).toBeGreaterThan(losses[0] * 1e6);
    expect(losses[EPOCHS - 1]).toBeLessThan(losses[2]);
    expect(alone.trained?.stop_reason).toBe('completed');
  });

  it('left alone, does the same each time, and without checkpoints within its epochs', async () => {
    expect(lasting(await train([]))).toEqual(lasting(alone));
    expect(lasting(await train([], { checkpoints: { keep: 100 } }))).toEqual(lasting(alone));
  });

  it.each<[string, () => Death[]]>([
    ['before the rollback is written', () => [at('before', isRollback)]],
    ['before it is written, twice', () => [at('before', isRollback), at('before', isRollback)]],
    ['after it was written', () => [at('after', isRollback)]],
    ['before the next checkpoint is written', () => [at('before', later(isCheckpointFrom(1)))]],
    ['after the next checkpoint', () => [at('after', later(isCheckpointFrom(1)))]],
    ['after the next epoch', () => [at('after', later(isCheckpointFrom(4 * STEPS)))]],
    ['in the epoch that diverges', () => [at('after', isCheckpointFrom(3 * STEPS + 1))]],
    ['before the epoch that diverges', () => [at('before', isCheckpointFrom(3 * STEPS))]],
    ['at every second checkpoint', () => Array.from({ length: 12 }, () => at('after', isCheckpointFrom(1), 2))],
  ])('ends the same when it is killed %s', async (_, deaths) => {
    const job = await train(deaths());
    expect(job.attempts).toBe(deaths().length + 1);
    expect(lasting(job)).toEqual(lasting(alone));
  });

  it('goes back to its start where no whole epoch is kept', async () => {
    const seldom = { checkpoints: { keep: 100, every_epochs: 100, every_steps: 5 } };
    const job = await train([], seldom);
    expect(job.rollback).toMatchObject({ to_step: 0, epoch: 0 });
    expect(lasting(job).steps.every((row) => row.learning_rate === 0.15)).toBe(true);
    expect(lasting(await train([at('after', isRollback)], seldom))).toEqual(lasting(job));
    expect(lasting(await train([at('before', isRollback)], seldom))).toEqual(lasting(job));
  });

  it('ends the second time, in this attempt or another, and says that it had gone back', async () => {
    const wild: TrainingOptions = { ...TRAINING, optimizer: { type: 'sgd', learning_rate: 1e30 } };
    const expected = {
      code: 'training_diverged',
      detail: expect.stringMatching(/^The loss .* dense is the first .*, though the training had gone back to step 0/),
    };
    const job = trainer.newJob();
    await expect(trainer.attempt('job_wild', job, LAYERS, wild)).rejects.toMatchObject(expected);
    expect(job.rollback).toMatchObject({ to_step: 0 });
    await expect(trainer.attempt('job_wild', job, LAYERS, wild)).rejects.toMatchObject(expected);
    expect(job.checkpoints.size).toBe(0);
  });

  it('writes no file over one from before', async () => {
    const keys = new Set<string>();
    let written = 0;
    await train([
      (report, when) => {
        if (when === 'before' && report.type === 'checkpoint') {
          keys.add(report.checkpoint.key);
          written++;
        }
        if (when === 'after' && report.type === 'trained') throw new Killed();
      },
    ]);
    expect(keys.size).toBe(written);
  });
});

describe('a state that holds anything but numbers', () => {
  const SIDE = 4;
  const data = { splits: { train: split(40, 1), validation: split(16, 2), test: split(8, 3) } };

  function split(count: number, seed: number) {
    const random = generator(seed);
    const images = Uint8Array.from({ length: count * SIDE * SIDE }, () => Math.floor(random() * 256));
    const labels = Int32Array.from({ length: count }, () => Math.floor(random() * 2));
    return arraySplit(images, labels, SIDE * SIDE);
  }

  /** Trains three epochs from a first one whose second moments are infinite: no weight moves, and no loss shows it. */
  async function trainBroken(value: number, options: TrainingOptions) {
    const image = { width: SIDE, height: SIDE, channels: 1 } as const;
    const run = (more: TrainingOptions, start?: ReturnType<typeof resumeOf>) => {
      const training = { batch_size: 8, optimizer: { type: 'adam' }, epochs: 4, ...more } as const;
      return fitOn(LAYERS, { image, classes: 2, task: 'multiclass' }, data, training, start ? { start } : {});
    };
    const first = resumeOf((await run({ epochs: 1 })).snapshots[0]);
    const tensors = new Map(first.tensors);
    const [slot] = [...tensors.keys()].filter((name) => name.startsWith('optimizer/')).slice(-1);
    tensors.set(slot, new Float32Array(tensors.get(slot)?.length ?? 0).fill(value));
    return run(options, { ...first, tensors });
  }

  it('is divergence at the end of the epoch, and is never kept', async () => {
    const broken = trainBroken(Number.POSITIVE_INFINITY, { checkpoints: { every_steps: 1 } });
    await expect(broken).rejects.toMatchObject({
      code: 'training_diverged',
      step: 10,
      reason: expect.stringMatching(
        /^The layer dense holds weights or gradients that are no longer numbers in epoch 2/,
      ),
    });
  });

  it('is no divergence where every one is finite', async () => {
    const sound = await trainBroken(1, { checkpoints: { every_steps: 1 } });
    expect(sound.epochs).toHaveLength(3);
    for (const { tensors } of sound.snapshots) {
      for (const [name, { data: values }] of tensors) expect(values.every(Number.isFinite), name).toBe(true);
    }
  });
});
