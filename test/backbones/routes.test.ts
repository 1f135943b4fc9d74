// Uploads of backbones, what is told of them, and specifications that name one.
import { Backbone, backboneKey, ListOf, newId } from '@trainyard/contracts';
import Value from 'typebox/value';
import { beforeAll, describe, expect, it } from 'vitest';
import { expectPointers, expectProblem } from '../api/problem.js';
import { type Caller, createTestApi, type TestApi } from '../api/setup.js';
import { readyDataset } from '../db/rows.js';
import { CLASSIFIER, digestOf, graphOf, KEPT_INSIDE, node, onnxFile } from '../engine/onnx-files.js';

const FILE = onnxFile(CLASSIFIER);
const TOP = { type: 'dense', units: 'classes', activation: 'softmax' };
const SIZE = { width: 8, height: 8, channels: 3 };

let api: TestApi;
let backbone: Backbone;
beforeAll(async () => {
  api = await createTestApi();
  backbone = (await upload(api.member, FILE).expect(201)).body;
});

function upload(caller: Caller, file: Uint8Array, name = 'small', key?: string) {
  const request = caller.post('/v1/backbones');
  if (key !== undefined) request.set('Idempotency-Key', key);
  return request.field('name', name).attach('file', Buffer.from(file), 'model.onnx');
}

const layerOf = (more: object = {}) => ({ type: 'onnx_backbone', backbone_id: backbone.id, ...more });
const specOf = (more: object = {}) => ({ input: SIZE, layers: [layerOf(more), TOP] });

async function files(): Promise<string[]> {
  const keys: string[] = [];
  for await (const key of api.store.list('backbones/')) keys.push(key);
  return keys;
}

describe('an uploaded backbone', () => {
  it('tells where it may be cut, and which of its operators can be fine-tuned', async () => {
    expect(backbone).toMatchObject({
      object: 'backbone',
      name: 'small',
      bytes: FILE.length,
      digest: digestOf(FILE),
      opset: 17,
      producer: 'test',
      input: { height: 8, width: 8, channels: 3, layout: 'nchw' },
      parameters: 6 * 27 + 6 + 4 * 6 + 4 * 6 + 4,
      unsupported: [],
      default_output: 'features',
    });
    expect(backbone.cuts).toContainEqual({ output: 'r1', operator: 'Relu', shape: [null, 8, 8, 6], trainable: true });
    expect(backbone.cuts).toContainEqual({
      output: 'features',
      operator: 'Flatten',
      shape: [null, 6],
      trainable: true,
    });
    expect(backbone.operators).toContainEqual({ operator: 'Conv', count: 1, differentiable: true });
    const { body } = await api.member.get('/v1/backbones').expect(200);
    expect([...Value.Errors(ListOf(Backbone), body)]).toEqual([]);
    expect(body.data).toEqual([backbone]);
    expect((await api.member.get(`/v1/backbones/${backbone.id}`).expect(200)).body).toEqual(backbone);
    expect(Buffer.from(await api.store.readBytes(backboneKey(backbone.id)))).toEqual(Buffer.from(FILE));
  });

  it('is of its project alone', async () => {
    expectProblem(await api.stranger.get(`/v1/backbones/${backbone.id}`), 'not_found');
    expectProblem(await api.stranger.delete(`/v1/backbones/${backbone.id}`), 'not_found');
    expect((await api.stranger.get('/v1/backbones').expect(200)).body.data).toEqual([]);
    const posted = await api.stranger.post('/v1/models', { name: 'm', spec: specOf() });
    expectPointers(posted, 'invalid_spec', ['/spec/layers/0/backbone_id']);
  });

  it('is made once for one key', async () => {
    const first = await upload(api.member, FILE, 'keyed', 'one').expect(201);
    const again = await upload(api.member, FILE, 'keyed', 'one').expect(201);
    expect(again.headers['idempotency-replayed']).toBe('true');
    expect(again.body).toEqual(first.body);
    expectProblem(await upload(api.member, FILE, 'other', 'one'), 'idempotency_key_reused');
    await api.member.delete(`/v1/backbones/${first.body.id}`).expect(204);
  });

  it('leaves nothing where it is refused', async () => {
    const before = await files();
    const cut = FILE.slice(0, FILE.length - 10);
    expect(expectProblem(await upload(api.member, cut), 'invalid_backbone').detail).toMatch(/protobuf|cut off/);
    const text = await upload(api.member, new TextEncoder().encode('not a model'));
    expectProblem(text, 'invalid_backbone');
    const vectors = onnxFile({ ...CLASSIFIER, input: [12] });
    expect(expectProblem(await upload(api.member, vectors), 'invalid_backbone').detail).toContain(
      'one input of float32 images',
    );
    expectPointers(await upload(api.member, FILE, ''), 'invalid_request', ['/name']);
    expectPointers(await api.member.post('/v1/backbones').field('name', 'x'), 'invalid_request', ['/file']);
    expectProblem(await api.member.post('/v1/backbones', { name: 'x' }), 'unsupported_media_type');
    expect(await files()).toEqual(before);
  });

  it('tells of nodes that cannot be run, and is cut in front of them', async () => {
    const { nodes, tensors } = CLASSIFIER;
    const odd = [
      ...nodes.slice(0, 4),
      { ...node('Crop', ['pool'], 'odd'), domain: 'org.example' },
      node('Relu', ['odd'], 'behind'),
    ];
    const { body } = await upload(api.member, onnxFile({ ...CLASSIFIER, nodes: odd, tensors })).expect(201);
    const reason = expect.stringContaining('onnxruntime has no operators of the domain "org.example"');
    expect(body.unsupported).toEqual([{ operator: 'org.example.Crop', node: 'odd', reason }]);
    expect(body.operators).toContainEqual({ operator: 'org.example.Crop', count: 1, differentiable: false });
    expect(body.cuts.map(({ output }: { output: string }) => output)).toEqual(['c1', 'n1', 'r1', 'pool']);
    expect(body.default_output).toBe('pool');
    await api.member.delete(`/v1/backbones/${body.id}`).expect(204);
  });
});

describe('a specification with a backbone', () => {
  it('gets its description, and is frozen unless it says otherwise', async () => {
    const posted = {
      layers: [{ type: 'rescaling', scale: 2 }, layerOf({ graph: { digest: 'mine' } }), TOP],
      input: SIZE,
    };
    const { body } = await api.member.post('/v1/models', { name: 'm', spec: posted }).expect(201);
    expect(body.spec.layers[1]).toEqual({
      type: 'onnx_backbone',
      name: 'onnx_backbone',
      trainable: false,
      backbone_id: backbone.id,
      output: 'features',
      graph: JSON.parse(JSON.stringify(graphOf(FILE))),
    });
    const trained = await api.member.post('/v1/models/validate', { spec: specOf({ trainable: true, output: 'r1' }) });
    expectProblem(trained, 'invalid_spec');
    const flat = { input: SIZE, layers: [layerOf({ trainable: true, output: 'r1' }), { type: 'flatten' }, TOP] };
    const { body: valid } = await api.member
      .post('/v1/models/validate', { spec: { ...flat, layers: [...flat.layers.slice(0, 2), { ...TOP, units: 3 }] } })
      .expect(200);
    expect(valid.summary.layers[0]).toMatchObject({ type: 'onnx_backbone', output_shape: [null, 8, 8, 6] });
    expect(valid.summary.trainable_parameters).toBe(6 * 27 + 6 + 2 * 6 + 384 * 3 + 3);
    // What was given back can be posted again.
    await api.member.post('/v1/models', { name: 'again', spec: body.spec }).expect(201);
  });

  it('is refused where it cannot be cut, or takes other images', async () => {
    const validate = (spec: object) => api.member.post('/v1/models/validate', { spec });
    expectPointers(await validate(specOf({ output: 'nowhere' })), 'invalid_spec', ['/spec/layers/0/output']);
    const other = { input: SIZE, layers: [{ ...layerOf(), backbone_id: newId('backbone') }, TOP] };
    expectPointers(await validate(other), 'invalid_spec', ['/spec/layers/0/backbone_id']);
    expectPointers(
      await validate({ input: SIZE, layers: [{ type: 'onnx_backbone', backbone_id: 7 }, TOP] }),
      'invalid_spec',
      ['/spec/layers/0/backbone_id'],
    );
    const grey = { input: { ...SIZE, channels: 1 }, layers: [layerOf(), TOP] };
    expectPointers(await validate(grey), 'invalid_spec', ['/spec/layers/0/backbone_id']);
    const nested = { input: SIZE, layers: [{ type: 'sequential', layers: [layerOf({ output: 'nowhere' })] }, TOP] };
    expectPointers(await validate(nested), 'invalid_spec', ['/spec/layers/0/layers/0/output']);
  });

  it('is frozen in front of a node that is kept as the file has it, and may be trained behind it', async () => {
    const { body: uploaded } = await upload(api.member, onnxFile(KEPT_INSIDE)).expect(201);
    const trainable = Object.fromEntries(
      uploaded.cuts.map((cut: Backbone['cuts'][number]) => [cut.output, cut.trainable]),
    );
    expect(trainable).toEqual({ c1: true, r1: true, lrn: false, c2: false, r2: false, pool: false, features: false });
    const layer = { type: 'onnx_backbone', backbone_id: uploaded.id };
    const validate = (...layers: object[]) =>
      api.member.post('/v1/models/validate', { spec: { input: SIZE, layers: [...layers, { ...TOP, units: 3 }] } });
    await validate(layer).expect(200);
    const refused = await validate({ ...layer, trainable: true });
    expectPointers(refused, 'invalid_spec', ['/spec/layers/0/trainable']);
    expect(refused.body.detail).toContain('no gradient passes LRN "lrn"');
    const conv = { type: 'conv2d', filters: 3, kernel_size: 1 };
    const behindTrained = await validate(conv, layer);
    expectPointers(behindTrained, 'invalid_spec', ['/spec/layers/1/trainable']);
    await validate({ ...conv, trainable: false }, layer).expect(200);
    const parts = [
      { ...layer, output: 'lrn' },
      { ...layer, from: 'lrn', trainable: true },
    ];
    const { body: valid } = await validate(...parts).expect(200);
    expect(valid.summary.trainable_parameters).toBe(8 * 6 * 9 + 8 + 8 * 3 + 3);
    expectPointers(await validate(parts[0], { ...parts[1], from: 'nowhere' }), 'invalid_spec', ['/spec/layers/1/from']);
    expectPointers(await validate(parts[0], { ...parts[1], from: 'pool' }), 'invalid_spec', ['/spec/layers/1/from']);
    expectPointers(await validate(parts[0], { ...parts[1], output: 'c1' }), 'invalid_spec', ['/spec/layers/1/from']);
    await api.member.delete(`/v1/backbones/${uploaded.id}`).expect(204);
  });

  it('keeps the backbone until its job has ended', async () => {
    const { projectId } = api.member;
    const dataset = await readyDataset(api.db, projectId);
    const { body: job } = await api.member
      .post('/v1/jobs', {
        dataset_id: dataset.id,
        model: specOf(),
        training: { normalization: 'symmetric', batch_size: 1 },
      })
      .expect(202);
    expect(job.model.layers[0].graph.nodes).toHaveLength(5);
    expectProblem(await api.member.delete(`/v1/backbones/${backbone.id}`), 'conflict');
    await api.member.post(`/v1/jobs/${job.id}/cancel`).expect(202);
    await api.member.delete(`/v1/backbones/${backbone.id}`).expect(204);
    expect(await files()).toEqual([]);
    expectProblem(await api.member.get(`/v1/backbones/${backbone.id}`), 'not_found');
  });
});
