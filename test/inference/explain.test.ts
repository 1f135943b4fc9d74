// `POST /v1/endpoints/{id or name}/explain`: heat that is the compiler's own, in numbers and as a picture.

import { join } from 'node:path';
import { type Explanation, Explanation as ExplanationSchema, type Problem } from '@trainyard/contracts';
import { decodeImage } from '@trainyard/datasets';
import { Explainer } from '@trainyard/runtime';
import { openObjectStore } from '@trainyard/storage';
import { Value } from 'typebox/value';
import { beforeAll, describe, expect, it } from 'vitest';
import { encodePng } from '../fixtures/png.js';
import { TEST_KEY } from '../setup/index.js';
import {
  base64,
  CLASSES,
  files,
  IMAGE,
  instances,
  logged,
  modelPids,
  png,
  predict,
  randomPixels,
  type Sent,
  type Serving,
  startedEndpoint,
  startServing,
  until,
} from './serving.js';

let serving: Serving;
let checkpointId: string;
const image = encodePng({ ...IMAGE, pixels: randomPixels(1) });

beforeAll(async () => {
  serving = await startServing({ api: true });
  ({ checkpoint_id: checkpointId } = await startedEndpoint(serving, 'seen'));
});

async function send(query: string, { body, type }: Sent, accept?: string): Promise<Response> {
  const headers = { authorization: `Bearer ${TEST_KEY}`, ...(type ? { 'content-type': type } : {}) };
  return fetch(`http://127.0.0.1:${serving.environment.TRAINYARD_PORT}/v1/endpoints/seen/explain${query}`, {
    method: 'POST',
    headers: { ...headers, ...(accept ? { accept } : {}) },
    ...(body === undefined ? {} : { body }),
  });
}

async function explained(query: string, sent: Sent = png(image)): Promise<Explanation> {
  const answer = await send(query, sent);
  const body = (await answer.json()) as Explanation;
  expect([query, answer.status, body]).toEqual([query, 200, body]);
  expect([...Value.Errors(ExplanationSchema, body)]).toEqual([]);
  return body;
}

async function refused(query: string, sent: Sent = png(image)): Promise<Problem> {
  const answer = await send(query, sent);
  expect([query, answer.headers.get('content-type')]).toEqual([query, 'application/problem+json']);
  return (await answer.json()) as Problem;
}

async function sizeOf(picture: Uint8Array): Promise<{ width: number; height: number }> {
  const size = { width: Buffer.from(picture).readUInt32BE(16), height: Buffer.from(picture).readUInt32BE(20) };
  await decodeImage(picture, { ...size, channels: 3, fit: 'fill' });
  return size;
}

describe('an explanation', () => {
  it('is of the predicted class, with heat from 0 to 1 over the maps of the last layer that has any', async () => {
    const [prediction] = (await predict(serving, 'seen', png(image))).predictions;
    const explanation = await explained('');
    expect(explanation.class).toBe(prediction.label);
    expect(explanation.probability).toBe(prediction.confidence);
    expect(explanation.layer).toBe('max_pooling2d');
    expect([explanation.matrix.length, explanation.matrix[0].length]).toEqual([6, 9]);
    expect(Math.max(...explanation.matrix.flat())).toBe(1);
    expect(explanation.image).toEqual({ width: IMAGE.width, height: IMAGE.height });
    expect(explanation.region).toEqual({ x: 0, y: 0, width: IMAGE.width, height: IMAGE.height });
    expect(explanation.model).toMatchObject({ name: 'seen', checkpoint_id: checkpointId });
    expect(explanation).not.toHaveProperty('overlay');
  });

  it('has the heat of each class and layer that the compiler gives', async () => {
    const trained = await serving.db.checkpoints.trainedModel(serving.projectId, checkpointId);
    const store = openObjectStore({ root: join(serving.environment.TRAINYARD_DATA_DIR, 'objects') });
    const { normalization } = trained.training;
    const explainer = new Explainer(store, { ...trained, normalization }, { device: 'cpu', threads: 1 });
    for (const layer of [undefined, 'conv2d']) {
      for (const [output, name] of CLASSES.entries()) {
        const { values, rows, columns } = await explainer.explain(randomPixels(1), { output, layer });
        const explanation = await explained(`?class=${name}${layer === undefined ? '' : `&layer=${layer}`}`);
        expect(explanation.class).toBe(name);
        expect(explanation.matrix).toHaveLength(rows);
        expect(explanation.matrix.flat()).toEqual([...values]);
        expect(explanation.matrix[0]).toHaveLength(columns);
      }
    }
    await explainer.release();
  });

  it('is the same for each way in, and of a class by its place', async () => {
    const { matrix } = await explained(`?class=${CLASSES[2]}`);
    expect((await explained('?class=2')).matrix).toEqual(matrix);
    for (const sent of [files(image), instances(base64(image))]) {
      expect((await explained('?class=2', sent)).matrix).toEqual(matrix);
    }
  });

  it('says what part of an image the model has seen', async () => {
    const wide = encodePng({ width: 60, height: 14, channels: 3, pixels: new Uint8Array(60 * 14 * 3).fill(90) });
    expect((await explained('', png(wide))).region).toEqual({ x: 20, y: 0, width: 20, height: 14 });
  });
});

describe('its picture', () => {
  it('is a PNG of the shape of the image, by format, by Accept and within JSON', async () => {
    const asked = await Promise.all([
      send('?format=png', png(image)),
      send('', png(image), 'image/png'),
      send('?overlay=true', png(image)),
    ]);
    const types = asked.map((answer) => [answer.status, answer.headers.get('content-type')?.split(';')[0]]);
    expect(types).toEqual([
      [200, 'image/png'],
      [200, 'image/png'],
      [200, 'application/json'],
    ]);
    const pictures = await Promise.all(
      asked.slice(0, 2).map(async (answer) => Buffer.from(await answer.arrayBuffer())),
    );
    const { overlay } = (await asked[2].json()) as Explanation;
    expect(overlay).toBe(`data:image/png;base64,${pictures[0].toString('base64')}`);
    expect(pictures[1]).toEqual(pictures[0]);
    const { width, height } = await sizeOf(pictures[0]);
    // 28 times the image, beside a bar and below a title.
    expect(width).toBeGreaterThan(28 * IMAGE.width + 80);
    expect(height).toBe(28 * IMAGE.height + 170);
  });
});

describe('the process of the model', () => {
  it('explains up to eight images that wait, and others are told to come back', async () => {
    const pid = modelPids(serving.inference).at(-1) ?? 0;
    process.kill(pid, 'SIGSTOP');
    const early: number[] = [];
    const answers = Array.from({ length: 10 }, () => send('', png(image)));
    for (const answer of answers) answer.then(({ status }) => early.push(status));
    await until(
      () => early.length,
      (count) => count === 2,
    );
    process.kill(pid, 'SIGCONT');
    const all = await Promise.all(answers);
    expect(all.map(({ status }) => status).sort()).toEqual([...Array(8).fill(200), 429, 429]);
    expect(all.filter(({ headers }) => Number(headers.get('retry-after')) > 0)).toHaveLength(2);
  });

  it('is started again where it is killed, and what it was explaining is told so', async () => {
    const { matrix } = await explained('');
    const pids = modelPids(serving.inference);
    process.kill(pids.at(-1) ?? 0, 'SIGSTOP');
    const asked = send('', png(image));
    const before = logged(serving.inference).length;
    await until(
      () => logged(serving.inference).length,
      (lines) => lines > before,
    );
    await new Promise((resolve) => setTimeout(resolve, 300));
    process.kill(pids.at(-1) ?? 0, 'SIGKILL');
    const { status, headers } = await asked;
    expect(status).toBe(503);
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    await until(
      () => modelPids(serving.inference).length,
      (count) => count > pids.length,
    );
    expect((await explained('')).matrix).toEqual(matrix);
  });
});

describe('a request that is refused', () => {
  it.each([
    ['?class=square-ish', png(image), 422, '/class', 'circle, square, star, triangle; received "square-ish"'],
    ['?class=4', png(image), 422, '/class', 'received "4"'],
    ['?layer=dense', png(image), 422, '/layer', 'Choose one of: conv2d, max_pooling2d'],
    ['?format=jpeg', png(image), 422, '/format', ''],
    ['?colour=red', png(image), 422, '/colour', ''],
    ['', files(image, image), 422, '/file/1', 'Expected one image to explain; received 2'],
    ['', instances(base64(image), base64(image)), 422, '/instances/1', 'received 2'],
    ['', png(Buffer.from('no image')), 422, undefined, 'cannot be read'],
    ['', { body: 'x', type: 'text/plain' }, 415, undefined, ''],
  ] as const)('says why: %s', async (query, sent, status, pointer, detail) => {
    const problem = await refused(query, sent);
    expect([problem.status, problem.errors?.[0]?.pointer || undefined]).toEqual([status, pointer]);
    expect(JSON.stringify(problem)).toContain(JSON.stringify(detail).slice(1, -1));
  });

  it('is a 404 for an endpoint that is not there', async () => {
    const url = `http://127.0.0.1:${serving.environment.TRAINYARD_PORT}/v1/endpoints/nothing/explain`;
    const answer = await fetch(url, { method: 'POST', headers: { authorization: `Bearer ${TEST_KEY}` }, body: 'x' });
    expect(answer.status).toBe(404);
  });
});
