import { type Dataset, type Job, resolveTraining } from '@trainyard/contracts';
import { parseModelSpec } from '@trainyard/engine';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildImageFolderZip } from '../fixtures/index.js';
import type { Program } from '../setup/index.js';
import {
  checkpointsOf,
  datasetThat,
  ended,
  eventsOf,
  jobThat,
  metricsOf,
  startTrainyard,
  type Trainyard,
  upload,
} from './trainyard.js';

const EPOCHS = 24;
const STEPS = 12;

/** Its error grows from step to step and is no number any more in the fourth epoch; half of the rate is sound. */
const TRAINING = resolveTraining({
  epochs: EPOCHS,
  batch_size: 8,
  loss: 'mse',
  optimizer: { type: 'sgd', learning_rate: 0.3 },
  checkpoints: { every_steps: 5, keep: 2 },
});

const SPEC = parseModelSpec({ layers: [{ type: 'flatten' }, { type: 'dense', units: 'classes' }] });

let trainyard: Trainyard;
let worker: Program;
let dataset: Dataset;

beforeAll(async () => {
  trainyard = await startTrainyard();
  worker = await trainyard.startWorker();
  const { id } = await upload(trainyard, await buildImageFolderZip({ classes: 3, perClass: 40, size: 8 }));
  dataset = await datasetThat(trainyard, id, ({ status }) => status !== 'processing');
});

function submit(): Promise<Job> {
  const { db, projectId } = trainyard;
  return db.jobs.create({ projectId, datasetId: dataset.id, spec: SPEC, training: TRAINING, device: 'cpu' });
}

/** All that must be the same of two jobs that were trained alike. */
async function outcomeOf({ id, result, rollback }: Job) {
  const epochs = await metricsOf(trainyard, id, 'epoch');
  const checkpoints = await checkpointsOf(trainyard, id);
  return {
    result: { ...result, best: { ...result?.best, checkpoint_id: null } },
    rollback,
    steps: await metricsOf(trainyard, id, 'step'),
    epochs: epochs.map((row) => ({ ...row, duration_s: null, images_per_s: null })),
    checkpoints: checkpoints.map(({ step, digest, is_best }) => [step, digest, is_best]),
  };
}

async function filesOf(jobId: string): Promise<string[]> {
  const files: string[] = [];
  for await (const key of trainyard.store.list(`checkpoints/${jobId}`)) files.push(key);
  return files;
}

describe('a job that diverges', () => {
  it('goes back once, says so, and ends the same when its worker is killed after that', async () => {
    const { id } = await submit();
    const alone = await jobThat(trainyard, id, ended);
    expect(alone).toMatchObject({ status: 'succeeded', rollback: { to_step: 3 * STEPS, epoch: 3, rate_factor: 0.5 } });
    expect((await eventsOf(trainyard, id)).filter(({ type }) => type === 'rollback')).toMatchObject([
      { data: alone.rollback },
    ]);
    const outcome = await outcomeOf(alone);
    expect(outcome.steps.map(({ step }) => step)).toEqual(Array.from({ length: EPOCHS * STEPS }, (_, i) => i + 1));
    expect(outcome.epochs).toHaveLength(EPOCHS);

    const killed = await submit();
    await jobThat(trainyard, killed.id, (job) => ended(job) || job.rollback !== null);
    worker.process.kill('SIGKILL');
    // As if it had been killed between a file and its row.
    await trainyard.store.write(`checkpoints/${killed.id}/000000001-1.safetensors`, new Uint8Array(10));
    worker = await trainyard.startWorker();
    const again = await jobThat(trainyard, killed.id, ended);
    expect(again).toMatchObject({ status: 'succeeded', attempt: 2 });
    expect(await outcomeOf(again)).toEqual(outcome);

    for (const job of [id, killed.id]) expect(await filesOf(job)).toHaveLength(outcome.checkpoints.length);
  });
});
