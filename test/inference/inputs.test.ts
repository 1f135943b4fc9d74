// Whatever an image is sent as, an endpoint sees what a training sees: each file is ingested with others as a data set,
// and its packed pixels, sent as they are, get the same answer to the bit as the file itself.
import { readFileSync } from 'node:fs';
import type { FastifyInstance } from 'fastify';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { packedImages } from '../datasets/pixels.js';
import { createTestStore, ingest } from '../datasets/store.js';
import { buildTarGz, encodePng } from '../fixtures/index.js';
import { sharedData, TEST_KEY } from '../setup/index.js';
import { ownServer } from './own-server.js';
import { type ClassResponse, IMAGE, openServing, startedEndpoint, storedCheckpoint } from './serving.js';

const { width, height, channels } = IMAGE;
const serving = await openServing();
let server: FastifyInstance;

beforeAll(async () => {
  server = await ownServer(serving);
  await startedEndpoint(serving, 'seen', await storedCheckpoint(serving));
}, 60_000);

interface Sent {
  payload: Buffer | string;
  type: string;
}

async function send({ payload, type }: Sent) {
  const headers = { authorization: `Bearer ${TEST_KEY}`, 'content-type': type };
  return server.inject({ method: 'POST', url: '/v1/endpoints/seen/predict', headers, payload });
}

async function probabilities(sent: Sent): Promise<Record<string, number>[]> {
  const answer = await send(sent);
  expect([answer.statusCode, answer.statusCode === 200 ? '' : answer.body]).toEqual([200, '']);
  return answer.json<ClassResponse>().predictions.map((prediction) => prediction.probabilities);
}

/** A photograph of 33 by 27 pixels, neither square nor the size of the model. */
const photo = () => {
  const pixels = Uint8Array.from({ length: 33 * 27 * 3 }, (_, place) => {
    const [x, y, channel] = [Math.floor(place / 3) % 33, Math.floor(place / 99), place % 3];
    return (7 * x + 3 * y * (channel + 1) + (x > 12 && y < 9 ? 90 : 0)) % 256;
  });
  return sharp(pixels, { raw: { width: 33, height: 27, channels: 3 } });
};

function grey16(): Promise<Buffer> {
  return photo().toColourspace('grey16').png().toBuffer();
}

/** A bitmap of 24 bits, bottom row first. */
function bmp(): Buffer {
  const row = 4 * Math.ceil((3 * 5) / 4);
  const file = Buffer.alloc(54 + row * 4, 0);
  file.write('BM');
  file.writeUInt32LE(file.length, 2);
  file.writeUInt32LE(54, 10);
  file.writeUInt32LE(40, 14);
  file.writeInt32LE(5, 18);
  file.writeInt32LE(4, 22);
  file.writeUInt16LE(1, 26);
  file.writeUInt16LE(24, 28);
  for (let place = 54; place < file.length; place++) file[place] = (place * 29) % 256;
  return file;
}

async function madeFiles(): Promise<Record<string, Buffer>> {
  const lying = (orientation: number) => photo().withMetadata({ orientation }).jpeg({ quality: 95 }).toBuffer();
  return {
    'plain.jpg': await photo().jpeg().toBuffer(),
    'lying.jpg': await lying(6),
    'mirrored.jpg': await lying(7),
    'cmyk.jpg': await photo().toColourspace('cmyk').jpeg().toBuffer(),
    'grey.jpg': await photo().toColourspace('b-w').jpeg().toBuffer(),
    'deep.png': await grey16(),
    'clear.png': await photo().ensureAlpha(0.4).png().toBuffer(),
    'palette.png': await photo().png({ palette: true, colours: 16 }).toBuffer(),
    'wide.png': await photo().withIccProfile('p3').png().toBuffer(),
    'clear.webp': await photo().ensureAlpha(0.7).webp().toBuffer(),
    'one.gif': await photo().gif().toBuffer(),
    'one.tiff': await photo().tiff({ compression: 'lzw' }).toBuffer(),
    'one.avif': await photo().avif({ effort: 0 }).toBuffer(),
    'one.bmp': bmp(),
  };
}

/** Packed pixels, [channels, height, width], as nested rows of pixels. */
function nested(planar: readonly number[]): number[][][] {
  const plane = width * height;
  return Array.from({ length: height }, (_, y) =>
    Array.from({ length: width }, (_, x) =>
      Array.from({ length: channels }, (_, channel) => planar[channel * plane + y * width + x]),
    ),
  );
}

/** Ingests each file as the only one of its class, and compares what its pixels and the file itself get. */
async function compare(files: Record<string, Buffer>): Promise<void> {
  const names = Object.keys(files).sort();
  const archive = names.map((name) => ({ path: `data/${name.replace('.', '-')}/${name}`, bytes: files[name] }));
  const store = createTestStore();
  const { classes } = await ingest(store, await buildTarGz(archive), {
    options: { image: { width, height, channels }, split: { train: 1, validation: 0, test: 0 } },
  });
  expect(classes).toEqual(names.map((name) => name.replace('.', '-')));
  const packed = await packedImages(store, { width, height, channels });
  expect(packed).toHaveLength(names.length);

  const instances = names.map((_, label) => nested(packed.find((image) => image.label === label)?.pixels ?? []));
  const trained = await probabilities({ payload: JSON.stringify({ instances }), type: 'application/json' });
  expect(new Set(trained.map((row) => JSON.stringify(row))).size).toBeGreaterThan(names.length / 2);
  for (const [place, name] of names.entries()) {
    const [served] = await probabilities({ payload: files[name], type: 'application/octet-stream' });
    expect([name, served]).toEqual([name, trained[place]]);
  }
}

describe('an image file', () => {
  it('of any format that data sets take is seen as at ingest, with its orientation and colours', async () => {
    await compare(await madeFiles());
  }, 60_000);

  it('of a camera is turned as at ingest', async (context) => {
    const names = [1, 2, 3, 4, 5, 6, 7, 8].flatMap((n) => [`Landscape_${n}.jpg`, `Portrait_${n}.jpg`]);
    const read = (name: string) => readFileSync(sharedData(context, `messy-images/exif-orientation/${name}`));
    await compare(Object.fromEntries(names.map((name) => [name.toLowerCase(), read(name)])));
  }, 60_000);
});

describe('what cannot be used', () => {
  const image = encodePng({ ...IMAGE, pixels: new Uint8Array(width * height * channels) });

  it.each([
    [
      'no image',
      Buffer.from('%PDF-1.7 not an image'),
      /JPEG, PNG, WebP, GIF, TIFF, AVIF or BMP.*21 bytes.*"%PDF-1.7 not/,
    ],
    ['an image that is cut short', image.subarray(0, 60), /damaged\. Received 60 bytes.*89 50 4e 47/],
  ])('is told with what was expected and what came: %s', async (_, payload, detail) => {
    const answer = await send({ payload, type: 'image/png' });
    expect(answer.statusCode).toBe(422);
    expect(answer.json().detail).toMatch(detail);
  });

  it('is told with its place and its shape in JSON', async () => {
    const instances = ['not base64!', [[[1, 2]]], [[1, 2], [3]], [[0, 256]]];
    const answer = await send({ payload: JSON.stringify({ instances }), type: 'application/json' });
    expect(answer.statusCode).toBe(422);
    expect(answer.json().errors).toEqual([
      { pointer: '/instances/0', detail: expect.stringMatching(/not base64\. Send .* Received 11 characters/) },
      { pointer: '/instances/1', detail: 'Expected 1 or 3 channels; received 2 at [0][0].' },
      { pointer: '/instances/2', detail: expect.stringMatching(/Expected 2 values .* received an array of 1/) },
      { pointer: '/instances/3', detail: expect.stringMatching(/0 to 255; received 256/) },
    ]);
  });

  it('is told with both sizes where it is too large', async () => {
    const answer = await send({ payload: Buffer.alloc(33 * 2 ** 20), type: 'image/png' });
    expect(answer.statusCode).toBe(413);
    expect(answer.json().detail).toBe('Send at most 33554432 bytes in one request; received 34603008.');
  });
});
