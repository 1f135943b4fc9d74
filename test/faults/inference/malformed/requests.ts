// Requests that are no good: random ones, and damaged copies of good ones, to every address that takes a model's input.
import { gzipSync } from 'node:zlib';
import sharp from 'sharp';
import { encodePng } from '../../../fixtures/png.js';
import { CLASSES, IMAGE, randomPixels } from '../../../inference/serving.js';
import type { FaultDice } from '../../harness.js';
import { damaged, type Json, junk, mutated, randomBytes } from './mutate.js';

export interface Malformed {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: Buffer;
}

/** Good input, which is damaged. */
export interface Samples {
  name: string;
  images: { type: string; bytes: Buffer }[];
  form: { type: string; bytes: Buffer };
}

const { width, height, channels } = IMAGE;
const BOUNDARY = 'a-line-between-parts';

export async function makeSamples(name: string): Promise<Samples> {
  const pixels = randomPixels(5);
  const png = Buffer.from(encodePng({ ...IMAGE, pixels }));
  const image = sharp(pixels, { raw: { width, height, channels } });
  const others = await Promise.all(
    (['jpeg', 'webp', 'gif', 'tiff', 'avif'] as const).map(async (format) => ({
      type: `image/${format}`,
      bytes: await image.clone().toFormat(format).toBuffer(),
    })),
  );
  const part = (index: number) =>
    `--${BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="${index}.png"\r\nContent-Type: image/png\r\n\r\n`;
  const bytes = Buffer.concat([
    Buffer.from(part(0)),
    png,
    Buffer.from(`\r\n${part(1)}`),
    png,
    Buffer.from(`\r\n--${BOUNDARY}--\r\n`),
  ]);
  return {
    name,
    images: [{ type: 'image/png', bytes: png }, ...others],
    form: { type: `multipart/form-data; boundary=${BOUNDARY}`, bytes },
  };
}

/** The next malformed request; some of them turn out to be good. */
export function malformed(dice: FaultDice, samples: Samples): Malformed {
  const make = dice.one([
    image,
    image,
    form,
    instances,
    instances,
    infer,
    infer,
    inferBinary,
    inferBinary,
    random,
    repository,
  ]);
  const request = make(dice, samples);
  if (dice.chance(0.15)) damageHeaders(dice, request);
  if (dice.chance(0.05)) request.path = damagedPath(dice, request.path);
  if (dice.chance(0.03)) request.method = dice.one(['GET', 'PUT', 'DELETE', 'OPTIONS', 'HEAD', 'PATCH']);
  return request;
}

function address(dice: FaultDice, { name }: Samples): string {
  if (dice.chance(0.5)) return `/v1/endpoints/${name}/predict${query(dice, ['top_k'])}`;
  return `/v1/endpoints/${name}/explain${query(dice, ['class', 'layer', 'format', 'overlay'])}`;
}

function query(dice: FaultDice, names: readonly string[]): string {
  if (dice.chance(0.6)) return '';
  const values = [
    '1',
    '-1',
    '99',
    '',
    'png',
    'json',
    'true',
    'conv2d',
    CLASSES[1],
    'dense',
    '%00',
    '%',
    'ä',
    '1e999',
    '[]',
    'x'.repeat(2000),
  ];
  const fields = Array.from({ length: dice.between(1, 3) }, () => {
    const name = dice.chance(0.85) ? dice.one(names) : dice.one(['', 'x', '__proto__', 'class[]', '%ff']);
    const value = dice.one(values);
    return `${name}=${dice.chance(0.7) ? encodeURIComponent(value) : value.replaceAll('ä', '%e4')}`;
  });
  return `?${fields.join('&')}`;
}

function image(dice: FaultDice, samples: Samples): Malformed {
  const { type, bytes } = dice.one(samples.images);
  const named = dice.chance(0.8) ? type : dice.one(['application/octet-stream', 'image/x-unknown', 'image/png']);
  const body = dice.chance(0.2) && type === 'image/png' ? withHugeSides(dice, bytes) : damaged(dice, bytes);
  return { method: 'POST', path: address(dice, samples), headers: { 'content-type': named }, body };
}

/** A PNG whose head says that it is far larger than it is. */
function withHugeSides(dice: FaultDice, bytes: Buffer): Buffer {
  const changed = Buffer.from(bytes);
  for (const at of [16, 20])
    changed.writeUInt32BE(dice.one([0, 1, 7, 100, 5000, 65_535, 2 ** 31 - 1, 2 ** 32 - 1]), at);
  return changed;
}

function form(dice: FaultDice, samples: Samples): Malformed {
  const { type, bytes } = samples.form;
  const named = dice.chance(0.85)
    ? type
    : dice.one(['multipart/form-data', `${type}x`, 'multipart/mixed', type.slice(0, -3)]);
  return {
    method: 'POST',
    path: address(dice, samples),
    headers: { 'content-type': named },
    body: damaged(dice, bytes),
  };
}

function instances(dice: FaultDice, samples: Samples): Malformed {
  const png = samples.images[0].bytes.toString('base64');
  const row = Array.from({ length: width }, () => Array.from({ length: channels }, () => dice.between(0, 255)));
  const nested: Json = Array.from({ length: height }, () => row);
  const good: Json = { instances: Array.from({ length: dice.between(1, 2) }, () => (dice.chance(0.5) ? png : nested)) };
  return { method: 'POST', path: address(dice, samples), ...jsonBody(dice, good) };
}

function jsonBody(dice: FaultDice, good: Json): Pick<Malformed, 'headers' | 'body'> {
  const text = Buffer.from(JSON.stringify(dice.chance(0.7) ? mutated(dice, good) : good));
  const headers = { 'content-type': dice.chance(0.95) ? 'application/json' : 'application/json; charset=utf-16' };
  return { headers, body: dice.chance(0.4) ? damaged(dice, text) : text };
}

function inferBody(dice: FaultDice, isBinary: boolean): { [name: string]: Json } {
  const size = width * height * channels;
  const input = { name: 'image', datatype: 'UINT8', shape: [1, height, width, channels] };
  const data = Array.from({ length: size }, (_, i) => i % 256);
  return {
    id: 'a',
    inputs: [isBinary ? { ...input, parameters: { binary_data_size: size } } : { ...input, data }],
    outputs: [{ name: 'probabilities', parameters: { classification: 2, binary_data: dice.chance(0.5) } }],
    parameters: { binary_data_output: dice.chance(0.5) },
  };
}

function inferPath(dice: FaultDice, { name }: Samples): string {
  const version = dice.chance(0.7) ? '' : `/versions/${dice.one(['1', '0', '2', '-1', 'x', '999999999999'])}`;
  return `/v2/models/${name}${version}/infer`;
}

function infer(dice: FaultDice, samples: Samples): Malformed {
  return { method: 'POST', path: inferPath(dice, samples), ...jsonBody(dice, inferBody(dice, false)) };
}

function inferBinary(dice: FaultDice, samples: Samples): Malformed {
  const good = inferBody(dice, true);
  const head = Buffer.from(JSON.stringify(dice.chance(0.5) ? mutated(dice, good) : good));
  const tensor = randomBytes(dice, 64)
    .toString('latin1')
    .repeat(14)
    .slice(0, width * height * channels);
  const whole = Buffer.concat([head, Buffer.from(tensor, 'latin1')]);
  const length = dice.chance(0.6)
    ? `${head.length}`
    : dice.one([
        '0',
        '-1',
        'x',
        '',
        '1e3',
        `${head.length + 1}`,
        `${whole.length}`,
        `${whole.length + 1}`,
        '99999999999999999999',
      ]);
  return {
    method: 'POST',
    path: inferPath(dice, samples),
    headers: { 'content-type': 'application/octet-stream', 'inference-header-content-length': length },
    body: dice.chance(0.5) ? damaged(dice, whole) : whole,
  };
}

function random(dice: FaultDice, samples: Samples): Malformed {
  const type = dice.one([
    'image/png',
    'application/json',
    'multipart/form-data; boundary=x',
    'application/octet-stream',
    'text/plain',
    '',
  ]);
  return {
    method: 'POST',
    path: dice.chance(0.5) ? address(dice, samples) : inferPath(dice, samples),
    headers: type === '' ? {} : { 'content-type': type },
    body: randomBytes(dice, dice.between(0, 400)),
  };
}

/** Never an unload of the model that all others ask. */
function repository(dice: FaultDice, { name }: Samples): Malformed {
  const path = dice.one([
    '/v2/repository/index',
    `/v2/repository/models/${name}/load`,
    '/v2/repository/models/nothing/unload',
    `/v2/models/${name}/versions/x`,
    `/v2/models/${name}/stats`,
    '/v2/models/stats/infer',
  ]);
  return { method: 'POST', path, ...jsonBody(dice, { ready: true, parameters: { unload_dependents: junk(dice) } }) };
}

const TEXTS = [
  '',
  ' ',
  'x',
  '0',
  '-1',
  '*/*',
  'image/png',
  'gzip',
  'deflate',
  'br',
  'identity',
  'gzip, gzip',
  'bytes=0-1',
  'ä',
  '\t',
];

function damageHeaders(dice: FaultDice, request: Malformed): void {
  const name = dice.one([
    'content-type',
    'accept',
    'authorization',
    'content-encoding',
    'inference-header-content-length',
    'accept-encoding',
    'x-request-id',
    'range',
    'if-match',
  ]);
  const text = dice.one(TEXTS);
  request.headers[name] = dice.chance(0.1) ? 'y'.repeat(dice.between(100, 6000)) : Buffer.from(text).toString('latin1');
  if (name === 'content-encoding' && dice.chance(0.3)) {
    request.headers[name] = 'gzip';
    request.body = dice.chance(0.5) ? gzipSync(request.body) : damaged(dice, gzipSync(request.body));
  }
}

function damagedPath(dice: FaultDice, path: string): string {
  const at = dice.between(1, path.length);
  const part = dice.one(['/', '//', '/..', '%2f', '%00', '%', '?', '#', ';', ' ', '\\', 'ep_', 'é', 'a'.repeat(300)]);
  return encodeURI(`${path.slice(0, at)}${part}${path.slice(at)}`).replaceAll('%25', '%');
}
