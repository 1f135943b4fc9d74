import { beforeAll, describe, expect, it } from 'vitest';
import { ended, jobThat, readyDataset, startTrainyard, submit, type Trainyard } from './trainyard.js';

let trainyard: Trainyard;

beforeAll(async () => {
  trainyard = await startTrainyard();
  await trainyard.startWorker();
});

describe('a job', () => {
  it('is not trained on a data set that is not what it was made for', async () => {
    const { store } = trainyard;
    const dataset = await readyDataset(trainyard, 20);
    expect(dataset.digest).toMatch(/^[0-9a-f]{64}$/);
    const manifest = `datasets/${dataset.id}/manifest.json`;
    const bytes = await store.readBytes(manifest);
    await store.write(manifest, Buffer.concat([bytes, Buffer.from(' ')]));
    const { id } = await submit(trainyard, dataset.id, { epochs: 1, batch_size: 16 });
    const failed = await jobThat(trainyard, id, ended);
    expect(failed).toMatchObject({ status: 'failed', dataset_digest: dataset.digest, attempt: 1 });
    expect(failed.error).toMatchObject({ code: 'dataset_changed', message: expect.stringContaining(dataset.id) });

    await store.write(manifest, bytes);
    const again = await submit(trainyard, dataset.id, { epochs: 1, batch_size: 16 });
    expect(await jobThat(trainyard, again.id, ended)).toMatchObject({ status: 'succeeded' });
  });
});
