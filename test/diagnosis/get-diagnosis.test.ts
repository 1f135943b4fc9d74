// `GET /v1/jobs/{id}/diagnosis` over rows that a worker has written, and its remedies posted back.
import type { EpochMetrics, Job, ProbeMetrics } from '@trainyard/contracts';
import { beforeAll, describe, expect, it } from 'vitest';
import { expectProblem } from '../api/problem.js';
import { createTestApi, type TestApi } from '../api/setup.js';
import { INGESTED, readyDataset, WORKER } from '../db/rows.js';

const NETWORK = {
  layers: [
    { type: 'conv2d', filters: 4, kernel_size: 3, activation: 'relu' },
    { type: 'flatten' },
    { type: 'dense', units: 'classes', activation: 'softmax' },
  ],
};

let api: TestApi;
let job: Job;
let fence: { id: string; attempt: number };

/** Learned by heart: the train loss falls to nothing, the validation loss rises. */
function epochRow(epoch: number): EpochMetrics {
  const validation = { loss: 0.5 + 0.1 * epoch, accuracy: 0.7 };
  return {
    epoch,
    step: 10 * epoch,
    train: { loss: 1 / 4 ** epoch, accuracy: 1 - 1 / 4 ** epoch },
    validation,
    learning_rate: 0.001,
    images_per_s: 100,
    duration_s: 1,
  };
}

function probeRow(epoch: number): ProbeMetrics {
  return {
    epoch,
    step: 10 * epoch,
    images: 4,
    loss: epoch === 0 ? 0.7 : 0.1,
    penalty: 0,
    gradient_norm: 1,
    layers: [],
    weights: [
      {
        weight: 'dense/kernel',
        layer: 'dense',
        elements: 3200,
        norm: 2,
        std: 0.03,
        gradient_norm: 0.2,
        update_ratio: epoch === 0 ? null : 0.003,
        histogram: [0, 3200],
      },
    ],
  };
}

beforeAll(async () => {
  api = await createTestApi();
  const { id } = await readyDataset(api.db, api.member.projectId, INGESTED);
  const posted = {
    name: 'mine',
    dataset_id: id,
    model: NETWORK,
    training: { epochs: 6, batch_size: 4, class_weights: { [INGESTED.classes[0]]: 2 } },
  };
  job = (await api.member.post('/v1/jobs', posted).expect(202)).body;
  const claim = await api.db.jobs.claim(job.id, WORKER);
  fence = { id: job.id, attempt: claim?.attempt ?? 0 };
  await api.db.jobs.start(fence);
  for (const epoch of [0, 5]) await api.db.metrics.recordProbe(fence, probeRow(epoch));
});

describe('GET /v1/jobs/{id}/diagnosis', () => {
  it('200 without a verdict while there is too little to go by', async () => {
    const { body } = await api.member.get(`/v1/jobs/${job.id}/diagnosis`).expect(200);
    expect(body).toEqual({ object: 'diagnosis', job_id: job.id, status: 'running', epochs: 0, verdicts: [] });
  });

  it('200 with the figures that each verdict rests on, while the job runs', async () => {
    for (const epoch of [1, 2, 3, 4, 5]) await api.db.metrics.recordEpoch(fence, epochRow(epoch));
    const { body } = await api.member.get(`/v1/jobs/${job.id}/diagnosis`).expect(200);
    expect(body).toMatchObject({ status: 'running', epochs: 5 });
    expect(['overfitting', 'too_little_data']).toContain(body.verdicts[0].code);
    const evidence = body.verdicts.flatMap((verdict: { evidence: object[] }) => verdict.evidence);
    expect(evidence).toContainEqual(expect.objectContaining({ metric: 'val_loss', epochs: [1, 5] }));
  });

  it('has remedies that POST /v1/jobs takes as they are', async () => {
    const { body } = await api.member.get(`/v1/jobs/${job.id}/diagnosis`).expect(200);
    const remedies = body.verdicts.flatMap(
      (verdict: { remedies: { title: string; apply: object }[] }) => verdict.remedies,
    );
    expect(remedies.length).toBeGreaterThan(2);
    for (const { title, apply } of remedies) {
      const { body: made } = await api.member.post('/v1/jobs', apply).expect(202);
      expect(made).toMatchObject({ name: `mine: ${title}`, dataset_id: job.dataset_id });
      expect(made.training.class_weights).toEqual([2, 1]);
      expect({ model: made.model, training: made.training }).not.toEqual({ model: job.model, training: job.training });
    }
  });

  it('404 for a job of another project', async () => {
    expectProblem(await api.stranger.get(`/v1/jobs/${job.id}/diagnosis`), 'not_found');
  });
});

describe('GET /v1/jobs/{id}/metrics?resolution=probe', () => {
  it('200 with the looks into the network, oldest first, each once', async () => {
    await api.db.metrics.recordProbe(fence, probeRow(5));
    const { body } = await api.member.get(`/v1/jobs/${job.id}/metrics?resolution=probe`).expect(200);
    expect(body.data).toEqual([probeRow(0), probeRow(5)]);
  });
});
