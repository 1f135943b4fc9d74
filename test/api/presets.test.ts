import { ListOf, ModelPreset } from '@trainyard/contracts';
import { Value } from 'typebox/value';
import { beforeAll, describe, expect, it } from 'vitest';
import { readyDataset } from '../db/rows.js';
import { createTestApi, type TestApi } from './setup.js';

let api: TestApi;
let presets: ModelPreset[];
beforeAll(async () => {
  api = await createTestApi();
  presets = (await api.member.get('/v1/models/presets').expect(200)).body.data;
});

describe('GET /v1/models/presets', () => {
  it('200 with every ready-made model, and their sizes for ten classes', async () => {
    const { body } = await api.member.get('/v1/models/presets').expect(200);
    expect([...Value.Errors(ListOf(ModelPreset), body)]).toEqual([]);
    // The course's, that of Keras' MNIST example and that of MLPerf Tiny's ResNet-8.
    const parameters = Object.fromEntries(presets.map(({ id, summary }) => [id, summary.parameters]));
    expect(parameters).toMatchObject({ course: 1_626_442, mnist_convnet: 34_826, resnet8: 78_666 });
    expect(Object.keys(parameters)).toEqual(
      expect.arrayContaining(['lenet5', 'resnet20', 'vgg_small', 'mobilenet_small']),
    );
    for (const { summary } of presets) {
      expect(summary.classes).toBe(10);
      expect(summary.layers.length).toBeGreaterThan(4);
    }
  });

  it('gives specifications and trainings that are valid', async () => {
    for (const { id, spec, training, summary } of presets) {
      const { body } = await api.member.post('/v1/models/validate', { spec, training }).expect(200);
      expect(body.spec.layers, id).toHaveLength(summary.layers.length);
      await api.member.post('/v1/models', { name: id, spec }).expect(201);
    }
  });

  it.each(['keras3', 'keras2'])('gives models that come back from %s as they were', async (format) => {
    const { id: dataset_id } = await readyDataset(api.db, api.member.projectId);
    for (const { id, spec } of presets) {
      const { body: expected } = await api.member.post('/v1/models/validate', { spec, dataset_id }).expect(200);
      const { body: model } = await api.member.post('/v1/models', { name: id, spec }).expect(201);
      const path = `/v1/models/${model.id}?format=${format}&dataset_id=${dataset_id}`;
      const { body: keras } = await api.member.get(path).expect(200);
      const { body: again } = await api.member.post('/v1/models/validate', { keras, dataset_id }).expect(200);
      expect(again.summary.parameters, id).toBe(expected.summary.parameters);
      expect(again.summary.forward_flops, id).toBe(expected.summary.forward_flops);
      expect(again.notes, id).toEqual([]);
      await api.member.delete(`/v1/models/${model.id}`).expect(204);
    }
  });

  it('does not hide the models that have been stored', async () => {
    expect((await api.member.get('/v1/models').expect(200)).body.data).toHaveLength(presets.length);
  });
});
