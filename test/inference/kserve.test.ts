// The Open Inference Protocol: inference in every form that the specification has, and what is refused, on both ports.
import { deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { encodePng } from '../fixtures/png.js';
import { startApi } from '../setup/index.js';
import {
  asBinary,
  asJson,
  ask,
  bytesTensor,
  HEADER_LENGTH,
  type ProtocolRequest,
  pixelInput,
  pixelsAsBinary,
  pixelsAsJson,
} from './kserve-requests.js';
import {
  base64,
  CLASSES,
  files,
  IMAGE,
  predict,
  randomPixels,
  startedEndpoint,
  startServing,
  until,
} from './serving.js';

const serving = await startServing();
const api = await startApi(serving.environment);
const endpoint = await startedEndpoint(serving, 'shapes');
const PORTS = { 'the inference port': serving.inference.port ?? 0, 'the public port': api.port ?? 0 };
const [port] = Object.values(PORTS);

const { width, height, channels } = IMAGE;
const SIZE = width * height * channels;
const SEEDS = [1, 2, 3];
const PIXELS = Buffer.concat(SEEDS.map(randomPixels));
const PNGS = SEEDS.map((seed) => encodePng({ ...IMAGE, pixels: randomPixels(seed) }));
const INFER = '/v2/models/shapes/infer';

/** What the endpoint's own route says of the same images, row by row. */
const { predictions } = await predict(serving, 'shapes', files(...PNGS));
const EXPECTED = predictions.flatMap((prediction) => Object.values(prediction.probabilities));

interface Output {
  name: string;
  shape: number[];
  datatype: string;
  data?: unknown[];
  parameters?: Record<string, unknown>;
}

async function infer(request: ProtocolRequest, path = INFER) {
  const answer = await ask(port, path, request);
  if (answer.status !== 200) throw new Error(`${answer.status}: ${answer.json.error}`);
  const [output] = answer.json.outputs as Output[];
  return { ...answer, output };
}

const floats = (bytes: Buffer) => [...new Float32Array(new Uint8Array(bytes).buffer)];

function nested(pixels: Uint8Array): number[][][][] {
  const rows = (offset: number) =>
    Array.from({ length: height }, (_, y) =>
      Array.from({ length: width }, (_, x) => {
        const at = offset + (y * width + x) * channels;
        return [...pixels.subarray(at, at + channels)];
      }),
    );
  return Array.from({ length: pixels.length / SIZE }, (_, image) => rows(image * SIZE));
}

describe('inference', () => {
  it.each(Object.entries(PORTS))('answers what the endpoint answers, at %s', async (_, at) => {
    const { status, headers, json } = await ask(at, INFER, pixelsAsJson(PIXELS, { id: 'mine' }));
    expect([status, headers.get('content-type')]).toEqual([200, 'application/json']);
    expect(json).toEqual({
      model_name: 'shapes',
      model_version: endpoint.checkpoint_id,
      id: 'mine',
      parameters: {
        queue_ms: expect.any(Number),
        preprocess_ms: expect.any(Number),
        compute_ms: expect.any(Number),
        total_ms: expect.any(Number),
      },
      outputs: [{ name: 'probabilities', datatype: 'FP32', shape: [3, CLASSES.length], data: EXPECTED }],
    });
    const binary = await ask(at, INFER, pixelsAsBinary(PIXELS, { parameters: { binary_data_output: true } }));
    expect(binary.headers.get('content-type')).toBe('application/octet-stream');
    expect(Number(binary.headers.get('content-length'))).toBe(
      Number(binary.headers.get(HEADER_LENGTH)) + EXPECTED.length * 4,
    );
    expect(floats(binary.binary)).toEqual(EXPECTED);
    expect(binary.json).not.toHaveProperty('id');
  });

  const bytesInput = { name: 'image', shape: [3], datatype: 'BYTES' };
  const framed = bytesTensor(PNGS);
  const zipped = (request: ProtocolRequest, encoding: string): ProtocolRequest => ({
    body: (encoding === 'gzip' ? gzipSync : deflateSync)(request.body as Buffer),
    headers: { ...request.headers, 'content-encoding': encoding },
  });
  it.each<[string, ProtocolRequest]>([
    ['nested JSON', asJson({ inputs: [{ ...pixelInput(3), data: nested(PIXELS) }] })],
    ['JSON without a content type', { body: pixelsAsJson(PIXELS).body }],
    ['binary data', pixelsAsBinary(PIXELS)],
    ['binary data, compressed with gzip', zipped(pixelsAsBinary(PIXELS), 'gzip')],
    ['binary data, compressed with deflate', zipped(pixelsAsBinary(PIXELS), 'deflate')],
    ['image files in JSON', asJson({ inputs: [{ ...bytesInput, data: PNGS.map(base64) }] })],
    [
      'image files as binary data',
      asBinary({ inputs: [{ ...bytesInput, parameters: { binary_data_size: framed.length } }] }, framed),
    ],
  ])('takes %s', async (_, request) => {
    expect((await infer(request)).output).toMatchObject({ shape: [3, CLASSES.length], data: EXPECTED });
  });

  it('takes pixels without any JSON, and answers in bytes', async () => {
    const { output, binary } = await infer({ body: PIXELS, headers: { [HEADER_LENGTH]: '0' } });
    expect(output.parameters).toEqual({ binary_data_size: binary.length });
    expect(floats(binary)).toEqual(EXPECTED);
  });

  it('gives the outputs that are asked for, as each of them says', async () => {
    const asked = (parameters?: object) => [{ name: 'probabilities', ...(parameters ? { parameters } : {}) }];
    const named = await infer(pixelsAsBinary(PIXELS, { outputs: asked() }));
    expect(named.output.data).toEqual(EXPECTED);
    const one = await infer(pixelsAsJson(PIXELS, { outputs: asked({ binary_data: true }) }));
    expect(floats(one.binary)).toEqual(EXPECTED);
    const parameters = { binary_data_output: true };
    const overridden = await infer(pixelsAsJson(PIXELS, { parameters, outputs: asked({ binary_data: false }) }));
    expect(overridden.output.data).toEqual(EXPECTED);
  });

  it('gives the best classes with their labels', async () => {
    const outputs = [{ name: 'probabilities', parameters: { classification: 2 } }];
    const { output } = await infer(pixelsAsBinary(PIXELS, { outputs }));
    expect(output).toMatchObject({ datatype: 'BYTES', shape: [3, 2] });
    const texts = (output.data ?? []).map((text) => String(text).split(':'));
    for (const [row, { label, confidence }] of predictions.entries()) {
      const [value, index, name] = texts[2 * row];
      expect([Math.fround(Number(value)), CLASSES[Number(index)], name]).toEqual([confidence, label, label]);
      expect(Number(texts[2 * row + 1][0])).toBeLessThanOrEqual(confidence);
    }
  });

  it('is asked by version, and of another there is none', async () => {
    const version = `/v2/models/${endpoint.id}/versions/${endpoint.checkpoint_id}/infer`;
    expect((await infer(pixelsAsBinary(PIXELS), version)).json).toMatchObject({
      model_name: 'shapes',
      model_version: endpoint.checkpoint_id,
    });
    const { status, json } = await ask(port, '/v2/models/shapes/versions/1/infer', pixelsAsBinary(PIXELS));
    expect([status, json.error]).toEqual([404, expect.stringContaining(endpoint.checkpoint_id)]);
  });

  it('is counted like every other request to the endpoint', async () => {
    // Figures are written once a second.
    await until(
      () => serving.db.endpoints.get(serving.projectId, 'shapes'),
      ({ counts }) => counts.requests > 0,
    );
  });
});

const image = pixelInput(1);
const good = [...randomPixels(1)];

describe('an error', () => {
  it.each<[string, number, string, string, ProtocolRequest]>([
    ['no JSON', 400, INFER, 'cannot be parsed', { body: '{"inputs":' }],
    ['an empty body', 400, INFER, 'an empty body', { method: 'POST' }],
    ['no input', 400, INFER, '/inputs: Expected', asJson({ inputs: [] })],
    ['another input', 400, INFER, 'one input, "image"', asJson({ inputs: [{ ...image, name: 'x', data: good }] })],
    [
      'another datatype',
      400,
      INFER,
      'Expected UINT8',
      asJson({ inputs: [{ ...image, datatype: 'FP32', data: good }] }),
    ],
    [
      'another shape',
      400,
      INFER,
      `[n,${height},${width},3]`,
      asJson({ inputs: [{ ...image, shape: [1, 1], data: good }] }),
    ],
    ['too few pixels', 400, INFER, 'Expected 840 elements', asJson({ inputs: [{ ...image, data: good.slice(1) }] })],
    ['another output', 400, INFER, '"logits"', pixelsAsJson(PIXELS, { outputs: [{ name: 'logits' }] })],
    ['an id that is none', 400, INFER, '/id: Expected a string', pixelsAsJson(PIXELS, { id: 7 })],
    [
      'a file that is no image',
      400,
      INFER,
      '/inputs/0/data/1: ',
      asJson({ inputs: [{ name: 'image', datatype: 'BYTES', shape: [2], data: [base64(PNGS[0]), 'AAAA'] }] }),
    ],
    ['a body that is not compressed', 400, INFER, 'gzip', { body: 'x', headers: { 'content-encoding': 'gzip' } }],
    ['another compression', 415, INFER, '"br"', { body: 'x', headers: { 'content-encoding': 'br' } }],
    ['a body that is too large', 413, INFER, 'maller', { body: Buffer.alloc(33 * 2 ** 20) }],
    [
      'a bomb',
      413,
      INFER,
      'uncompressed',
      { body: gzipSync(Buffer.alloc(33 * 2 ** 20)), headers: { 'content-encoding': 'gzip' } },
    ],
    ['no key', 401, INFER, 'API key', { ...pixelsAsJson(PIXELS), key: '' }],
    ['a wrong key', 401, '/v2', 'unknown or revoked', { key: 'ty_wrong_key_0123456789' }],
    ['no such model', 404, '/v2/models/nothing/infer', '"nothing"', pixelsAsJson(PIXELS)],
    ['no such version', 404, '/v2/models/shapes/versions/7', '"7"', {}],
    ['no such address', 404, '/v2/logging', 'nothing at this address', {}],
    ['an address without a model', 404, '/v2/models/', '""', {}],
    ['a broken escape', 400, '/v2/models/%zz', 'percent escape', {}],
    ['a name that is too long', 404, `/v2/models/${'x'.repeat(300)}`, 'longer', {}],
    ['another method', 405, INFER, 'POST', { method: 'GET' }],
    [
      'replaced files',
      400,
      '/v2/repository/models/shapes/load',
      '/parameters/config',
      asJson({ parameters: { config: '{}' } }),
    ],
  ])('says what it is: %s', async (_, status, path, error, request) => {
    for (const [name, at] of Object.entries(PORTS)) {
      const answer = await ask(at, path, request);
      expect([name, answer.status, Object.keys(answer.json)]).toEqual([name, status, ['error']]);
      expect(answer.headers.get('content-type')).toContain('application/json');
      expect(answer.json.error).toContain(error);
      if (status === 401) expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer/);
      if (status === 405) expect(answer.headers.get('allow')).toBe('POST');
    }
  });

  it('hides the models of other projects', async () => {
    const other = await serving.db.projects.create({ name: 'other' });
    const { secret: key } = await serving.db.keys.create({ projectId: other.id, name: 'theirs', role: 'member' });
    const model = `/v2/models/${endpoint.id}`;
    for (const path of ['/v2/models/shapes', model, `${model}/versions/${endpoint.checkpoint_id}`]) {
      for (const what of ['', '/ready', '/config', '/stats']) {
        expect([path, what, (await ask(port, path + what, { key })).status]).toEqual([path, what, 404]);
      }
      expect([path, (await ask(port, `${path}/infer`, { ...pixelsAsJson(PIXELS), key })).status]).toEqual([path, 404]);
    }
    for (const path of ['/v2/repository/models/shapes/load', '/v2/repository/models/shapes/unload']) {
      expect([path, (await ask(port, path, { method: 'POST', key })).status]).toEqual([path, 404]);
    }
    expect((await ask(port, '/v2/models/stats', { key })).json).toEqual({ model_stats: [] });
    expect((await ask(port, '/v2/repository/index', { key, body: '{}' })).json).toEqual([]);
  });

  it('is 503 with Retry-After at the public port while the inference server is away', async () => {
    await serving.inference.stop();
    for (const path of ['/v2', '/v2/health/ready', '/v2/models/shapes']) {
      const { status, headers, json } = await ask(api.port ?? 0, path);
      expect([path, status, headers.get('retry-after')]).toEqual([path, 503, '1']);
      expect(json).toEqual({ error: expect.stringContaining('cannot be reached') });
    }
  });
});
