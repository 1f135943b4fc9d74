// The kernels that a training keeps, and that one leaves whose process dies again and again.
import type { TrainingOptions } from '@trainyard/contracts';
import { readSafetensors } from '@trainyard/engine';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Death, Killed, TestTrainer } from '../runtime/trainer.js';

const LAYERS = [
  { type: 'conv2d', name: 'seen', filters: 4, kernel_size: 3, activation: 'relu' },
  { type: 'flatten' },
  { type: 'dense', units: 'classes', activation: 'softmax' },
];
const TRAINING: TrainingOptions = { epochs: 3, batch_size: 32 };

let trainer: TestTrainer;
beforeAll(async () => {
  trainer = await TestTrainer.open();
});
afterAll(() => trainer.close());

/** By file name. */
async function kept(id: string): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>();
  for await (const key of trainer.store.list(`kernels/${id}`)) {
    files.set(key.slice(`kernels/${id}/`.length), Buffer.from(await trainer.store.readBytes(key)));
  }
  return files;
}

it('are the same bytes, wherever the training was interrupted', async () => {
  await trainer.attempt('job_whole', trainer.newJob(), LAYERS, TRAINING);
  const whole = await kept('job_whole');
  expect([...whole.keys()]).toEqual([0, 1, 2, 3].map((epoch) => `00000${epoch}.safetensors`));
  const bytes = [...whole.values()];
  const kernels = bytes.map((file) => readSafetensors(file).tensors.get('seen/kernel'));
  for (const kernel of kernels) expect(kernel?.shape).toEqual([4, trainer.image.channels, 3, 3]);
  expect(new Set(kernels.map((kernel) => String(kernel?.data))).size).toBe(4);

  const job = trainer.newJob();
  for (const when of ['before', 'after', 'before'] as const) {
    const death: Death = ({ type }, at) => {
      if (type === 'checkpoint' && at === when) throw new Killed();
    };
    await expect(trainer.attempt('job_killed', job, LAYERS, TRAINING, death)).rejects.toThrow(Killed);
  }
  await trainer.attempt('job_killed', job, LAYERS, TRAINING);
  expect(job.attempts).toBe(4);
  expect(await kept('job_killed')).toEqual(whole);
});
