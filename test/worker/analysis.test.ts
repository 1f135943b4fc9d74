import { setTimeout as sleep } from 'node:timers/promises';
import type { Job, Split } from '@trainyard/contracts';
import type { Analysis } from '@trainyard/db';
import { beforeAll, describe, expect, it } from 'vitest';
import { ended, jobThat, readyDataset, startTrainyard, submit, type Trainyard } from './trainyard.js';

let trainyard: Trainyard;
let job: Job;

beforeAll(async () => {
  trainyard = await startTrainyard();
  const worker = await trainyard.startWorker();
  const dataset = await readyDataset(trainyard, 20);
  const { id } = await submit(trainyard, dataset.id, { epochs: 1, batch_size: 8 });
  job = await jobThat(trainyard, id, ended);
  await worker.stop();
});

function evaluation(split: Split): Promise<Analysis> {
  const { db, projectId } = trainyard;
  const request = { checkpoint_id: job.result?.best?.checkpoint_id, dataset_id: job.dataset_id, split };
  return db.analyses.request({ projectId, kind: 'evaluation', request, jobId: job.id });
}

async function analysisThat({ id }: Analysis, holds: (analysis: Analysis) => boolean): Promise<Analysis> {
  for (let tries = 0; tries < 600; tries++) {
    const analysis = await trainyard.db.analyses.get(trainyard.projectId, id);
    if (holds(analysis)) return analysis;
    await sleep(50);
  }
  throw new Error(`the analysis ${id} is not as it should be`);
}

const over = ({ status }: Analysis) => status === 'succeeded' || status === 'failed';

describe('an analysis of a trained model', () => {
  it('is handed back by a worker that is told to stop, and taken up by another', async () => {
    const asked = await evaluation('test');
    const worker = await trainyard.startWorker();
    await analysisThat(asked, ({ status }) => status !== 'queued');
    await worker.stop();
    await trainyard.startWorker();
    const done = await analysisThat(asked, over);
    expect(done).toMatchObject({ status: 'succeeded', error: null });
    const result = JSON.parse(
      Buffer.from(await trainyard.store.readBytes(`analyses/${done.id}/result.json`)).toString(),
    );
    expect(result).toMatchObject({ split: 'test' });
  });

  it('fails with the reason where the checkpoint is damaged', async () => {
    const { db, store, projectId } = trainyard;
    const { storageKey } = await db.checkpoints.trainedModel(projectId, job.result?.best?.checkpoint_id ?? '');
    const whole = await store.readBytes(storageKey);
    await store.write(storageKey, whole.slice(0, -4));
    const asked = await evaluation('validation');
    const failed = await analysisThat(asked, over);
    expect(failed).toMatchObject({ status: 'failed', error: { code: 'checkpoint_corrupt' } });
    await store.write(storageKey, whole);
    expect(await analysisThat(await evaluation('validation'), over)).toMatchObject({ status: 'succeeded' });
  });
});
