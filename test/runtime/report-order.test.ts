// What a trainer has told by the time that it tells of a checkpoint: an attempt that goes on from it tells none of it again.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Killed, TestTrainer } from './trainer.js';

const LAYERS = [{ type: 'flatten' }, { type: 'dense', units: 'classes', activation: 'softmax' }];
const TRAINING = { epochs: 3, batch_size: 4, checkpoints: { every_steps: 2, keep: 100 } };

let trainer: TestTrainer;
beforeAll(async () => {
  trainer = await TestTrainer.open();
});
afterAll(() => trainer.close());

it('has told every step before a checkpoint, in the middle of an epoch too', async () => {
  const job = trainer.newJob();
  let checkpoints = 0;
  await trainer.attempt('job_told', job, LAYERS, TRAINING, (report, when) => {
    if (report.type !== 'checkpoint' || when === 'before') return;
    checkpoints++;
    const { step } = report.checkpoint;
    expect([...job.steps.keys()]).toEqual(Array.from({ length: step }, (_, index) => index + 1));
  });
  expect(checkpoints).toBeGreaterThan(3 * 2);
});

it('leaves no gap in its steps where it dies right after any checkpoint', async () => {
  const job = trainer.newJob();
  for (let isDone = false; !isDone; ) {
    let isDead = false;
    try {
      await trainer.attempt('job_killed', job, LAYERS, TRAINING, (report, when) => {
        isDead ||= report.type === 'checkpoint' && when === 'after';
        if (isDead) throw new Killed();
      });
      isDone = true;
    } catch (error) {
      if (!(error instanceof Killed)) throw error;
    }
  }
  expect(job.attempts).toBeGreaterThan(6);
  const last = Math.max(...job.steps.keys());
  expect([...job.steps.keys()].sort((a, b) => a - b)).toEqual(Array.from({ length: last }, (_, index) => index + 1));
  expect(job.epochs.size).toBe(3);
});
