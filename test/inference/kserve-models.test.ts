// The Open Inference Protocol beside inference: metadata, health, statistics, configuration and the model repository, held
// against the protocol's own documents, and a whole session of a client that others wrote.
import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Compile } from 'typebox/schema';
import { describe, expect, it, type TestContext } from 'vitest';
import { parse } from 'yaml';
import { encodePng } from '../fixtures/png.js';
import { createTestFolder } from '../setup/folder.js';
import { sharedData, startApi, TEST_KEY } from '../setup/index.js';
import { asJson, ask, HEADER_LENGTH, pixelsAsBinary, pixelsAsJson } from './kserve-requests.js';
import {
  base64,
  CLASSES,
  IMAGE,
  randomPixels,
  startedEndpoint,
  startServing,
  storedCheckpoint,
  until,
} from './serving.js';

const serving = await startServing();
const api = await startApi(serving.environment);
const endpoint = await startedEndpoint(serving, 'shapes');
const version = endpoint.checkpoint_id;
const port = api.port ?? 0;

const { width, height, channels } = IMAGE;
const PIXELS = Buffer.concat([1, 2].map(randomPixels));
const METADATA = {
  name: 'shapes',
  versions: [version],
  platform: 'onnx_onnxv1',
  inputs: [{ name: 'image', datatype: 'UINT8', shape: [-1, height, width, channels] }],
  outputs: [{ name: 'probabilities', datatype: 'FP32', shape: [-1, CLASSES.length] }],
};

const get = async (path: string) => (await ask(port, path)).json;
const index = async (request = {}) => (await ask(port, '/v2/repository/index', asJson(request))).json;

describe('the server', () => {
  it('is live and ready, for whoever asks', async () => {
    for (const at of [port, serving.inference.port ?? 0]) {
      expect(await ask(at, '/v2/health/live', { key: '' })).toMatchObject({ status: 200, json: { live: true } });
      const ready = await ask(at, '/v2/health/ready', { key: '' });
      expect(ready).toMatchObject({ status: 200, json: { live: true, ready: true } });
    }
  });

  it('says what it is', async () => {
    const { version: own } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
    const metadata = { name: 'trainyard', version: own, extensions: expect.arrayContaining(['binary_tensor_data']) };
    expect(await get('/v2')).toEqual(metadata);
    expect(await get('/v2/')).toEqual(metadata);
  });
});

describe('a model', () => {
  it('is described, by name, by id and by version', async () => {
    for (const path of ['shapes', endpoint.id, `shapes/versions/${version}`]) {
      expect(await get(`/v2/models/${path}`)).toEqual(METADATA);
    }
  });

  it('is configured as Triton says it', async () => {
    expect(await get('/v2/models/shapes/config')).toMatchObject({
      name: 'shapes',
      backend: 'onnxruntime',
      max_batch_size: 256,
      input: [{ name: 'image', data_type: 'TYPE_UINT8', dims: [height, width, channels] }],
      output: [{ name: 'probabilities', data_type: 'TYPE_FP32', dims: [CLASSES.length] }],
    });
  });

  it('counts images, runs and time', async () => {
    const before = await statsOf('shapes');
    for (const request of [pixelsAsBinary(PIXELS), pixelsAsJson(PIXELS)]) {
      expect((await ask(port, '/v2/models/shapes/infer', request)).status).toBe(200);
    }
    const bad = asJson({ inputs: [{ name: 'image', datatype: 'BYTES', shape: [1], data: ['AAAA'] }] });
    expect((await ask(port, '/v2/models/shapes/infer', bad)).status).toBe(400);
    const after = await statsOf('shapes');
    expect(after).toMatchObject({ name: 'shapes', version });
    const grown = (read: (stats: typeof after) => number) => read(after) - read(before);
    expect(grown(({ inference_count }) => inference_count)).toBe(4);
    expect(grown(({ execution_count }) => execution_count)).toBe(2);
    expect(grown(({ inference_stats }) => inference_stats.success.count)).toBe(2);
    expect(grown(({ inference_stats }) => inference_stats.fail.count)).toBe(1);
    expect(grown(({ inference_stats }) => inference_stats.compute_infer.ns)).toBeGreaterThan(0);
    expect(Math.abs(Date.now() - after.last_inference)).toBeLessThan(60_000);
    expect(after.batch_stats).toEqual([expect.objectContaining({ batch_size: 2 })]);
    expect(await get(`/v2/models/shapes/versions/${version}/stats`)).toEqual({ model_stats: [after] });
    expect((await get('/v2/models/stats')).model_stats).toEqual([after]);
  });

  it('has two versions while its traffic is split, and each can be asked by its name', async () => {
    const split = await startedEndpoint(serving, 'split', version);
    const other = await storedCheckpoint(serving, { seed: 2 });
    const splitWith = async (checkpoint: string) => {
      const patch = asJson({ traffic: [version, checkpoint].map((checkpoint_id) => ({ checkpoint_id, weight: 0.5 })) });
      expect((await ask(port, `/v1/endpoints/${split.id}`, { ...patch, method: 'PATCH' })).status).toBe(200);
      await until(
        () => get('/v2/models/split'),
        ({ versions }) => (versions as string[]).includes(checkpoint),
      );
      expect((await get('/v2/models/split')).versions).toEqual([version, checkpoint]);
    };
    await splitWith(other);
    const answered = async (path: string) => {
      const { json } = await ask(port, `/v2/models/split${path}/infer`, pixelsAsBinary(PIXELS));
      return json as { model_version: string; outputs: { data: number[] }[] };
    };
    const byVersion = new Map<string, number[]>();
    for (const asked of [version, other]) {
      const { model_version, outputs } = await answered(`/versions/${asked}`);
      expect(model_version).toBe(asked);
      byVersion.set(asked, outputs[0].data);
    }
    expect(byVersion.get(version)).not.toEqual(byVersion.get(other));
    const seen = new Set<string>();
    for (let request = 0; request < 20; request++) {
      const { model_version, outputs } = await answered('');
      expect(outputs[0].data).toEqual(byVersion.get(model_version));
      seen.add(model_version);
    }
    expect(seen).toEqual(new Set([version, other]));
    expect((await get('/v2/models/split/stats')).model_stats).toHaveLength(2);

    // Of versions that take images of different sizes, pixels without a version are the endpoint's own.
    const small = { width: 10, height: 8, channels };
    const sized = await storedCheckpoint(serving, { found: { image: small } });
    await splitWith(sized);
    for (let request = 0; request < 8; request++) expect((await answered('')).model_version).toBe(version);
    expect((await get(`/v2/models/split/versions/${sized}`)).inputs).toMatchObject([{ shape: [-1, 8, 10, channels] }]);
    const wrong = await ask(port, `/v2/models/split/versions/${sized}/infer`, pixelsAsBinary(PIXELS));
    expect([wrong.status, wrong.json.error]).toEqual([400, expect.stringContaining('Expected [n,8,10,3]')]);
    const raw = { body: Buffer.alloc(8 * 10 * channels), headers: { [HEADER_LENGTH]: '0' } };
    expect((await ask(port, `/v2/models/split/versions/${sized}/infer`, raw)).status).toBe(200);
    await ask(port, `/v1/endpoints/${split.id}`, { method: 'DELETE' });
  });

  it('that cannot be loaded is not ready, says why, and leaves the others alone', async () => {
    const checkpoint = await storedCheckpoint(serving);
    const { storageKey } = await serving.db.checkpoints.trainedModel(serving.projectId, checkpoint);
    await serving.store.write(storageKey, Buffer.from('corrupt'));
    await startedEndpoint(serving, 'corrupt', checkpoint);
    // The server reads again what it has written down, a moment after the row is seen to say it.
    const { status, headers, json } = await until(
      () => ask(port, '/v2/models/corrupt/ready'),
      ({ json }) => !json.error?.includes('being loaded'),
    );
    expect([status, headers.get('retry-after')]).toEqual([503, '1']);
    expect(json).toMatchObject({ name: 'corrupt', ready: false, error: expect.stringContaining('digest') });
    expect((await ask(port, '/v2/models/corrupt/infer', pixelsAsBinary(PIXELS))).status).toBe(503);
    expect((await ask(port, '/v2/repository/models/corrupt/load', asJson({}))).status).toBe(503);
    expect(await index()).toEqual([
      expect.objectContaining({ name: 'corrupt', state: 'UNAVAILABLE' }),
      expect.objectContaining({ name: 'shapes', state: 'READY' }),
    ]);
    expect(await index({ ready: true })).toEqual([{ name: 'shapes', version, state: 'READY', reason: '' }]);
    await ask(port, '/v1/endpoints/corrupt', { method: 'DELETE' });
  });

  it('is unloaded and loaded by hand, and loaded by the next request', async () => {
    const load = (what: string) => ask(port, `/v2/repository/models/shapes/${what}`, { method: 'POST' });
    const ready = async () => (await ask(port, '/v2/models/shapes/ready')).status;
    const before = await statsOf('shapes');
    expect(before.inference_count).toBeGreaterThan(0);
    expect((await load('unload')).status).toBe(200);
    expect([await ready(), await index()]).toEqual([
      503,
      [{ name: 'shapes', version, state: 'UNAVAILABLE', reason: 'unloaded' }],
    ]);
    expect(await get('/v2/models/shapes')).toEqual(METADATA);
    expect(await statsOf('shapes')).toEqual(before);
    expect((await load('load')).status).toBe(200);
    expect(await ready()).toBe(200);
    expect((await load('unload')).status).toBe(200);
    // Where loading takes long, the answer is that it goes on.
    const answer = await until(
      () => ask(port, '/v2/models/shapes/infer', pixelsAsBinary(PIXELS)),
      ({ status }) => status !== 503,
    );
    expect([answer.status, await ready()]).toEqual([200, 200]);
  });
});

interface Counted {
  version: string;
  last_inference: number;
  inference_count: number;
  execution_count: number;
  inference_stats: Record<'success' | 'fail' | 'compute_infer', { count: number; ns: number }>;
  batch_stats: unknown[];
}

async function statsOf(name: string): Promise<Counted> {
  const { model_stats } = (await get(`/v2/models/${name}/stats`)) as { model_stats: Counted[] };
  expect(model_stats).toHaveLength(1);
  return model_stats[0];
}

describe('answers fit the documents of', () => {
  const read = (context: TestContext, path: string) => {
    const text = readFileSync(sharedData(context, `protocol/${path}`), 'utf8');
    // A type that JSON Schema does not have.
    return parse(text.replaceAll('type: bytes', 'type: string'));
  };
  const fits = (document: { components: object }, name: string, value: unknown) => {
    const schema = Compile({ components: document.components, $ref: `#/components/schemas/${name}` });
    expect(schema.Errors(value)[1], name).toEqual([]);
  };
  const classes = { outputs: [{ name: 'probabilities', parameters: { classification: 1 } }] };

  it('KServe and MLServer', async (context) => {
    const names = {
      'kserve/open_inference_rest.yaml': [
        'metadata_server_response',
        'metadata_model_response',
        'inference_response',
        'inference_error_response',
      ],
      'mlserver/dataplane.yaml': [
        'MetadataServerResponse',
        'MetadataModelResponse',
        'InferenceResponse',
        'InferenceErrorResponse',
      ],
    };
    for (const [path, [server, model, inference, error]] of Object.entries(names)) {
      const document = read(context, path);
      fits(document, server, await get('/v2'));
      fits(document, model, await get('/v2/models/shapes'));
      const infer = (rest: object) => ask(port, '/v2/models/shapes/infer', pixelsAsJson(PIXELS, rest));
      fits(document, inference, (await infer({ id: 'x' })).json);
      fits(document, inference, (await infer(classes)).json);
      fits(document, error, (await infer({ outputs: [{ name: 'x' }] })).json);
    }
  });

  it('MLServer, on the repository', async (context) => {
    const document = read(context, 'mlserver/model_repository.yaml');
    fits(document, 'RepositoryIndexResponse', await index());
    fits(document, 'RepositoryLoadErrorResponse', (await ask(port, '/v2/repository/models/x/load', asJson({}))).json);
  });
});

it('requests for other models are refused with what was expected', async (context) => {
  const samples = {
    'sklearn__v2__iris-input': '"input-0"',
    torchserve__v2__bytes_conv__mnist_v2_bytes: '"312a4eb0-0ca7-4803-a101-a6d2c18486fe"',
    torchserve__v2__tensor_conv__mnist_v2: '"input-0"',
    triton__torchscript__input: '"INPUT__0"',
  };
  for (const [name, received] of Object.entries(samples)) {
    const body = readFileSync(sharedData(context, `protocol/kserve/${name}.json`));
    const { status, json } = await ask(port, '/v2/models/shapes/infer', { body });
    const error = expect.stringContaining(`The model "shapes" has one input, "image"; received ${received}.`);
    expect([name, status, json.error]).toEqual([name, 400, error]);
  }
});

describe('Triton’s client', () => {
  const python = process.env.TRAINYARD_TRITON_PYTHON;

  it.skipIf(python === undefined)('gets through its whole HTTP surface', async () => {
    const given = join(createTestFolder(), 'images.json');
    const images = [1, 2].map(randomPixels);
    const { json } = await ask(port, '/v2/models/shapes/infer', pixelsAsBinary(PIXELS));
    const [{ data }] = json.outputs as { data: number[] }[];
    const rows = [data.slice(0, CLASSES.length), data.slice(CLASSES.length)];
    writeFileSync(
      given,
      JSON.stringify({
        pixels: images.map((pixels) => Array.from({ length: height }, (_, y) => rowOf(pixels, y))),
        files: images.map((pixels) => base64(encodePng({ ...IMAGE, pixels }))),
      }),
    );
    const script = new URL('./clients/triton_http.py', import.meta.url).pathname;
    const arguments_ = [script, `127.0.0.1:${port}`, TEST_KEY, 'shapes', given];
    const { stdout } = await promisify(execFile)(python ?? '', arguments_, { maxBuffer: 2 ** 24 });
    const seen = JSON.parse(stdout);
    expect(seen).toMatchObject({ live: true, ready: true, model_ready: true, unknown_ready: false });
    expect([seen.metadata, seen.version_metadata]).toEqual([METADATA, METADATA]);
    expect(seen.config).toEqual(seen.version_config);
    const { classes_binary, classes_json, ...inferred } = seen.infer;
    expect(Object.keys(inferred)).toHaveLength(10);
    for (const [name, { response, values }] of Object.entries<{ response: object; values: number[][] }>(inferred)) {
      expect([name, values]).toEqual([name, rows]);
      expect(response).toMatchObject({ model_name: 'shapes', model_version: version });
    }
    expect(inferred.binary.response).toMatchObject({ id: 'one' });
    expect(classes_binary.values).toEqual(classes_json.values);
    expect(classes_binary.response.outputs[0]).toMatchObject({ datatype: 'BYTES', shape: [2, 2] });
    const statuses = Object.entries<{ status: string }>(seen.refused).map(([name, { status }]) => [name, status]);
    expect(Object.fromEntries(statuses)).toEqual({
      ...{ model: '404', version: '404', load: '404', logging: '404', key: '401', wrong_key: '401' },
      ...{ input: '400', output: '400', datatype: '400', shape: '400', file: '400', config: '400' },
    });
    expect(seen.refused.datatype.message).toContain('Expected UINT8');
    expect(seen.statistics).toEqual(seen.version_statistics);
    expect(seen.all_statistics).toEqual(seen.statistics);
    const [index] = seen.index;
    expect(index).toEqual({ name: 'shapes', version, state: 'READY', reason: '' });
    expect(seen.unloaded).toMatchObject({ ready: false, index: [{ state: 'UNAVAILABLE', reason: 'unloaded' }] });
    expect(seen.loaded).toMatchObject({ ready: true, index: [{ state: 'READY' }] });
    expect(seen.after_unload).toEqual(rows);
  });
});

function rowOf(pixels: Uint8Array, y: number): number[][] {
  return Array.from({ length: width }, (_, x) => {
    const at = (y * width + x) * channels;
    return [...pixels.subarray(at, at + channels)];
  });
}
