// A network that begins with the weights of another, head first: from the posts to the bytes that a user downloads.
import type { Checkpoint, List, LogLine } from '@trainyard/contracts';
import { readSafetensors } from '@trainyard/engine';
import { beforeAll, describe, expect, it } from 'vitest';
import { Service } from '../e2e/service.js';

const modelWith = (head: string) => ({
  layers: [
    { type: 'conv2d', name: 'features', filters: 4, kernel_size: 3, activation: 'relu' },
    { type: 'batch_normalization', name: 'norm' },
    { type: 'global_average_pooling2d' },
    { type: 'dense', name: head, units: 'classes', activation: 'softmax' },
  ],
});

let service: Service;
beforeAll(async () => {
  service = await Service.start({ serving: false });
});

/** The bytes of the weights of a checkpoint, by name. */
async function weightsOf(id: string): Promise<Map<string, string>> {
  const { tensors } = readSafetensors(await service.download(id, 'safetensors'));
  return new Map(
    [...tensors].map(([name, { data }]) => [
      name,
      Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('hex'),
    ]),
  );
}

describe('a job that begins from a checkpoint', () => {
  it('trains its head above frozen layers, then all of them, and says so', async () => {
    const dataset = await service.dataset('stripes', { classes: ['a', 'b', 'c'], perClass: 12, size: 8 });
    const training = { epochs: 2, batch_size: 8 };
    const source = await service.trained({ dataset_id: dataset.id, model: modelWith('top'), training });
    const best = source.best?.checkpoint_id ?? '';
    const job = await service.trained({
      dataset_id: dataset.id,
      model: modelWith('new_top'),
      init_from: best,
      freeze: ['features', 'no*'],
      unfreeze: { epoch: 2, learning_rate_factor: 0.5 },
      training: { ...training, epochs: 3, layer_learning_rates: [{ layers: 'features', factor: 2 }] },
    });
    expect(job).toMatchObject({
      status: 'succeeded',
      init_from: best,
      freeze: ['features', 'no*'],
      unfreeze: { epoch: 2, learning_rate_factor: 0.5 },
      transfer: {
        source: { job_id: source.id, unmatched: [{ layer: 'new_top' }], unused: ['top'] },
        frozen: ['features', 'norm'],
        notes: [],
      },
    });

    const { data } = await service.get<List<Checkpoint>>(`/v1/jobs/${job.id}/checkpoints`);
    const [given, ...epochs] = await Promise.all([
      weightsOf(best),
      ...[1, 2, 3].map((epoch) => weightsOf(data.find((each) => each.epoch === epoch)?.id ?? '')),
    ]);
    const frozen = [
      'features/kernel',
      'features/bias',
      'norm/gamma',
      'norm/beta',
      'norm/moving_mean',
      'norm/moving_variance',
    ];
    for (const name of frozen) {
      expect(epochs[0].get(name), name).toBe(given.get(name));
      expect(epochs[1].get(name) === given.get(name), name).toBe(false);
    }
    expect(epochs[0].get('new_top/kernel')).not.toBe(epochs[1].get('new_top/kernel'));

    const log = await service.get<List<LogLine>>(`/v1/jobs/${job.id}/logs?limit=100`);
    const text = log.data.map(({ message }) => message).join('\n');
    for (const line of [
      `Begins with the checkpoint ${best}.`,
      '2 layers have its weights (128 numbers): features, norm.',
      'new_top does not have them. The checkpoint has no layer of this name.',
      'The model has no place for these layers of the checkpoint: top.',
      'Epoch 1: these layers are frozen: features, norm.',
      'The frozen layers (features, norm: 6 tensors,',
      'Epochs 2 to 3: all layers are trained, with 0.5 times the learning rate. The optimizer begins anew.',
    ]) {
      expect(text).toContain(line);
    }
  });
});
