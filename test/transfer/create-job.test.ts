// What a job begins with and freezes is resolved, told and refused before anything is trained.
import { newId, resolveTraining } from '@trainyard/contracts';
import { beforeAll, describe, expect, it } from 'vitest';
import { expectPointers, expectProblem } from '../api/problem.js';
import { createTestApi, type TestApi } from '../api/setup.js';
import { checkpointAt, heldJob, readyDataset } from '../db/rows.js';
import { IMAGE, storedCheckpoint } from '../inference/serving.js';

let api: TestApi;
/** Two classes, cat and dog, of 8×8. */
let datasetId: string;
/** Of a network for four classes: conv2d, max_pooling2d, dropout, flatten, dense; trained with "standardize". */
let checkpoint: string;
beforeAll(async () => {
  api = await createTestApi();
  const { db, store, member } = api;
  datasetId = (await readyDataset(db, member.projectId)).id;
  checkpoint = await storedCheckpoint({ db, store, projectId: member.projectId });
});

const CONV = { type: 'conv2d', filters: 8, kernel_size: 3, activation: 'relu' };
const MODEL = {
  input: IMAGE,
  layers: [
    CONV,
    { type: 'conv2d', name: 'extra', filters: 8, kernel_size: 3, padding: 'same' },
    { type: 'max_pooling2d', pool_size: 2 },
    { type: 'flatten' },
    { type: 'dense', units: 'classes', activation: 'softmax' },
  ],
};

const post = (body: object, caller = api.member) =>
  caller.post('/v1/jobs', { dataset_id: datasetId, model: MODEL, ...body });

describe('init_from', () => {
  it('202 tells which layers match, which do not and why', async () => {
    const { body: job } = await post({ init_from: checkpoint, freeze: ['conv2d'] }).expect(202);
    expect(job).toMatchObject({ init_from: checkpoint, freeze: ['conv2d'], unfreeze: null });
    const { job_id } = await api.db.checkpoints.get(api.member.projectId, checkpoint);
    expect(job.transfer).toEqual({
      source: {
        checkpoint_id: checkpoint,
        job_id,
        epoch: 1,
        step: 1,
        normalization: 'standardize',
        matched: [{ layer: 'conv2d', parameters: 8 * 3 * 9 + 8 }],
        unmatched: [
          { layer: 'extra', reason: 'not_in_checkpoint', detail: 'The checkpoint has no layer of this name.' },
          {
            layer: 'dense',
            reason: 'other_shape',
            detail: 'Here kernel has the shape [432, 2]; in the checkpoint [432, 4].',
          },
        ],
        unused: [],
      },
      frozen: ['conv2d'],
      notes: [
        'The checkpoint was trained with the normalization "standardize", and this job has "unit": its layers expect other numbers. Give training.normalization to change that.',
      ],
    });
    expect((await api.member.get(`/v1/jobs/${job.id}`).expect(200)).body.transfer).toEqual(job.transfer);
  });

  it('202 tells of other weights, of layers without a place, and of new weights that are frozen', async () => {
    const layers = [{ ...CONV, use_bias: false }, ...MODEL.layers.slice(1, 4), { ...MODEL.layers[4], name: 'top' }];
    expectPointers(await post({ init_from: checkpoint, model: { ...MODEL, layers } }), 'invalid_request', [
      '/init_from',
    ]);
    const named = [CONV, ...layers.slice(1)];
    const { body } = await post({ init_from: checkpoint, model: { ...MODEL, layers: named }, freeze: ['e*'] }).expect(
      202,
    );
    expect(body.transfer).toMatchObject({ source: { unused: ['dense'] }, frozen: ['extra'] });
    expect(body.transfer.notes).toContain('Frozen layers that begin with new weights: extra.');
  });

  it('202 warns of a head that has learnt other classes', async () => {
    const outputs = ['down', 'left', 'right', 'up'];
    const other = await readyDataset(api.db, api.member.projectId, { classes: outputs });
    const { body } = await post({ dataset_id: other.id, init_from: checkpoint }).expect(202);
    expect(body.transfer.source.unmatched).toMatchObject([{ layer: 'extra' }]);
    expect(body.transfer.notes[1]).toBe(
      'The last layer, dense, begins with weights for circle, square, star, triangle; here its outputs are down, left, right, up. Give it another name to let it begin anew.',
    );
  });

  it('422 where no layer matches, with the reasons', async () => {
    const grey = { ...MODEL, input: { ...IMAGE, channels: 1 } };
    const answer = await post({ init_from: checkpoint, model: grey });
    expectPointers(answer, 'invalid_request', ['/init_from']);
    expect(answer.body.detail).toContain('Here kernel has the shape [8, 1, 3, 3]; in the checkpoint [8, 3, 3, 3].');
  });

  it('404 for a checkpoint that is not there, or is of another project', async () => {
    expectProblem(await post({ init_from: newId('checkpoint') }), 'not_found');
    const { id } = await readyDataset(api.db, api.stranger.projectId);
    expectProblem(await post({ dataset_id: id, init_from: checkpoint }, api.stranger), 'not_found');
  });

  it('422 for what is no id', async () => {
    expectPointers(await post({ init_from: 'ckpt_x' }), 'invalid_request', ['/init_from']);
  });

  it('keeps the job of the checkpoint from being deleted until the new one has ended', async () => {
    const { body: job } = await post({ init_from: checkpoint }).expect(202);
    const { job_id: source } = await api.db.checkpoints.get(api.member.projectId, checkpoint);
    await api.member.post(`/v1/jobs/${source}/cancel`);
    await api.db.jobs.markCancelled({ id: source, attempt: 1 });
    const refused = await api.member.delete(`/v1/jobs/${source}`);
    expectProblem(refused, 'conflict');
    expect(refused.body.detail).toContain('begins from a checkpoint of the job');
    const { body: others } = await api.member.get('/v1/jobs?status=queued&limit=100').expect(200);
    for (const { id } of others.data) await api.member.post(`/v1/jobs/${id}/cancel`).expect(202);
    await api.member.delete(`/v1/jobs/${source}`).expect(204);
    // The report stays, and says what it was.
    const { body: kept } = await api.member.get(`/v1/jobs/${job.id}`).expect(200);
    expect(kept).toMatchObject({ init_from: checkpoint, transfer: { source: { checkpoint_id: checkpoint } } });
    expectProblem(await post({ init_from: checkpoint }), 'not_found');
  });
});

describe('freeze and unfreeze', () => {
  const nested = {
    layers: [
      {
        type: 'sequential',
        name: 'base',
        layers: [{ type: 'conv2d', filters: 2, kernel_size: 3 }, { type: 'flatten' }],
      },
      { type: 'dense', units: 'classes', activation: 'softmax' },
    ],
  };

  it('202 freezes a nested model by its name, also without a checkpoint', async () => {
    const { body } = await post({ model: nested, freeze: ['base'], unfreeze: { epoch: 3 } }).expect(202);
    expect(body.transfer).toMatchObject({ source: null, frozen: ['base.conv2d'] });
    expect(body.unfreeze).toEqual({ epoch: 3, learning_rate_factor: 0.1 });
  });

  it('leaves a job without them as it was', async () => {
    const { body } = await post({}).expect(202);
    expect(body).toMatchObject({ init_from: null, freeze: [], unfreeze: null, transfer: null });
    expect(body.training.layer_learning_rates).toEqual([]);
  });

  it.each<[string, object, string]>([
    ['a pattern that means no layer', { freeze: ['conv2d', 'dens'] }, '/freeze/1'],
    ['a pattern that means layers without weights alone', { freeze: ['flatten'] }, '/freeze/0'],
    ['patterns that leave nothing to train', { freeze: ['*'] }, '/freeze'],
    ['what is no pattern', { freeze: ['a b'] }, '/freeze/0'],
    ['unfreeze alone', { unfreeze: { epoch: 2 } }, '/unfreeze'],
    ['a second phase that never comes', { freeze: ['conv2d'], unfreeze: { epoch: 11 } }, '/unfreeze/epoch'],
    ['a second phase without a first', { freeze: ['conv2d'], unfreeze: { epoch: 1 } }, '/unfreeze/epoch'],
    [
      'a rate for no layer',
      {
        training: {
          layer_learning_rates: [
            { layers: 'c*', factor: 1 },
            { layers: 'top', factor: 2 },
          ],
        },
      },
      '/training/layer_learning_rates/1/layers',
    ],
    [
      'a rate of nothing',
      { training: { layer_learning_rates: [{ layers: 'c*', factor: 0 }] } },
      '/training/layer_learning_rates/0/factor',
    ],
  ])('422 for %s', async (_, body, pointer) => {
    expectPointers(await post(body), 'invalid_request', [pointer]);
  });

  it('names the layers that there are', async () => {
    const { body } = await post({ freeze: ['dens'] });
    expect(body.detail).toBe(
      '/freeze/0: Expected the name of a layer that has weights, or a pattern like "conv*". There are conv2d, extra, dense; received "dens".',
    );
  });
});

describe('a checkpoint that another job begins from', () => {
  it('is kept beside newer ones while that job waits, and removed with the next one after its end', async () => {
    const { db, member } = api;
    const { projectId } = member;
    const fence = await heldJob(db, projectId);
    const { checkpoint } = await db.checkpoints.record(fence, checkpointAt(1));
    await db.checkpoints.record(fence, checkpointAt(2, true));
    const { dataset_id: datasetId } = await db.jobs.get(projectId, fence.id);
    const report = { source: null, frozen: [], notes: [] };
    const transfer = { initFrom: checkpoint.id, freeze: [], unfreeze: null, report };
    const spec = { layers: [] };
    const waiting = await db.jobs.create({ projectId, datasetId, spec, training: resolveTraining(), transfer });
    await db.checkpoints.record(fence, checkpointAt(3));
    expect(await db.checkpoints.prune(fence, 1)).toEqual([]);
    expect(await db.checkpoints.file(projectId, checkpoint.id)).toEqual({
      key: checkpointAt(1).storageKey,
      digest: checkpoint.digest,
    });
    await db.jobs.cancel(projectId, waiting.id);
    expect(await db.checkpoints.prune(fence, 1)).toMatchObject([{ id: checkpoint.id }]);
    expect(await db.checkpoints.file(projectId, checkpoint.id)).toBeNull();
    await expect(
      db.jobs.create({ projectId, datasetId, spec, training: resolveTraining(), transfer }),
    ).rejects.toMatchObject({ code: 'not_found' });
  });
});
