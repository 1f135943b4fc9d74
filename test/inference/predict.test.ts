// `POST /v1/endpoints/{id or name}/predict`: every way in, and what becomes of input that cannot be used.
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { encodePng } from '../fixtures/png.js';
import { TEST_KEY } from '../setup/index.js';
import {
  base64,
  CLASSES,
  files,
  IMAGE,
  instances,
  json,
  png,
  predict,
  randomPixels,
  refused,
  startedEndpoint,
  startServing,
} from './serving.js';

const serving = await startServing();
const endpoint = await startedEndpoint(serving, 'shapes');

const { width, height } = IMAGE;
const imageOf = (seed: number) => encodePng({ ...IMAGE, pixels: randomPixels(seed) });

function nested(pixels: Uint8Array): number[][][] {
  return Array.from({ length: height }, (_, y) =>
    Array.from({ length: width }, (_, x) => [...pixels.subarray((y * width + x) * 3, (y * width + x) * 3 + 3)]),
  );
}

async function probabilities(sent: Parameters<typeof predict>[2]): Promise<number[][]> {
  const { predictions } = await predict(serving, 'shapes', sent);
  return predictions.map((prediction) => Object.values(prediction.probabilities));
}

describe('a prediction', () => {
  it('names the label, the probabilities of every class, the model and the time', async () => {
    expect(endpoint).toMatchObject({ status: 'ready', error: null });
    const answer = await predict(serving, 'shapes', png(imageOf(1)));
    expect(answer.task).toBe('multiclass');
    expect(answer.model).toEqual({
      endpoint_id: endpoint.id,
      name: 'shapes',
      checkpoint_id: endpoint.checkpoint_id,
    });
    const [prediction] = answer.predictions;
    expect(answer.predictions).toHaveLength(1);
    expect(Object.keys(prediction.probabilities)).toEqual(CLASSES);
    const values = Object.values(prediction.probabilities);
    expect(values.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 5);
    expect(prediction.confidence).toBe(Math.max(...values));
    expect(prediction.probabilities[prediction.label]).toBe(prediction.confidence);
    const { queue_ms, preprocess_ms, compute_ms, total_ms } = answer.timing;
    expect(Math.min(queue_ms, preprocess_ms, compute_ms)).toBeGreaterThanOrEqual(0);
    expect(total_ms).toBeGreaterThanOrEqual(preprocess_ms + compute_ms);
  });

  it('is the same for an image as a body, in a form, in base64, as a data URL and as pixels', async () => {
    const image = imageOf(2);
    const expected = await probabilities(png(image));
    expect(await probabilities(files(image))).toEqual(expected);
    expect(await probabilities(instances(base64(image)))).toEqual(expected);
    expect(await probabilities(instances(`data:image/png;base64,${base64(image)}`))).toEqual(expected);
    expect(await probabilities(instances(base64(image).replaceAll(/.{76}/g, '$&\n')))).toEqual(expected);
    expect(await probabilities(instances(nested(randomPixels(2))))).toEqual(expected);
  });

  it('is found by the id of the endpoint as well as by its name', async () => {
    const byName = await predict(serving, 'shapes', png(imageOf(3)));
    const byId = await predict(serving, endpoint.id, png(imageOf(3)));
    expect(byId.predictions).toEqual(byName.predictions);
  });

  it('keeps the order of the input', async () => {
    const seeds = [9, 4, 7, 4, 1, 30, 12];
    const single = await Promise.all(seeds.map(async (seed) => (await probabilities(png(imageOf(seed))))[0]));
    expect(new Set(single.map((row) => row[0])).size).toBe(6);
    const mixed = seeds.map((seed, index) => (index % 2 ? nested(randomPixels(seed)) : base64(imageOf(seed))));
    for (const together of [
      await probabilities(instances(...mixed)),
      await probabilities(files(...seeds.map(imageOf))),
    ]) {
      expect(together).toHaveLength(seeds.length);
      for (const [row, values] of together.entries()) {
        for (const [index, value] of values.entries()) expect(value).toBeCloseTo(single[row][index], 6);
      }
    }
  });

  it('treats more images than one run takes like few', async () => {
    const many = Array.from({ length: 70 }, (_, seed) => imageOf(seed));
    const together = await probabilities(files(...many));
    const [last] = await probabilities(png(many[69]));
    expect(together).toHaveLength(70);
    for (const [index, value] of together[69].entries()) expect(value).toBeCloseTo(last[index], 6);
  });
});

describe('images of every kind', () => {
  it('sees a transparent pixel as white', async () => {
    const pixels = randomPixels(5);
    const rgba = Uint8Array.from({ length: width * height * 4 }, (_, place) => {
      const pixel = Math.floor(place / 4);
      if (place % 4 === 3) return pixel % 2 ? 255 : 0;
      return pixels[pixel * 3 + (place % 4)];
    });
    const white = pixels.map((value, place) => (Math.floor(place / 3) % 2 ? value : 255));
    const transparent = encodePng({ width, height, channels: 4, pixels: rgba });
    expect(await probabilities(png(transparent))).toEqual(await probabilities(instances(nested(white))));
  });

  it('turns a photograph upright as its EXIF data says', async () => {
    const upright = sharp(randomPixels(6), { raw: IMAGE });
    const lying = await upright.clone().rotate(270).withMetadata({ orientation: 6 }).png().toBuffer();
    expect((await sharp(lying).metadata()).width).toBe(height);
    expect(await probabilities(png(lying))).toEqual(await probabilities(png(imageOf(6))));
  });

  it('reads a JPEG, whatever the content type calls it', async () => {
    const jpeg = await sharp(randomPixels(6), { raw: IMAGE }).jpeg({ quality: 95 }).toBuffer();
    const [fromJpeg] = await probabilities({ body: jpeg, type: 'image/jpeg' });
    const [exact] = await probabilities(png(imageOf(6)));
    for (const [index, value] of fromJpeg.entries()) expect(Math.abs(value - exact[index])).toBeLessThan(0.2);
    expect(await probabilities(png(jpeg))).toEqual([fromJpeg]);
  });

  it('gives a grey image to an RGB model as equal channels', async () => {
    const grey = Uint8Array.from({ length: width * height }, (_, place) => (place * 37) % 256);
    const rgb = Uint8Array.from({ length: 3 * grey.length }, (_, place) => grey[Math.floor(place / 3)]);
    const expected = await probabilities(instances(nested(rgb)));
    expect(await probabilities(png(encodePng({ width, height, channels: 1, pixels: grey })))).toEqual(expected);
    const rows = Array.from({ length: height }, (_, y) => [...grey.subarray(y * width, (y + 1) * width)]);
    expect(await probabilities(instances(rows))).toEqual(expected);
    expect(await probabilities(instances(rows.map((row) => row.map((value) => [value]))))).toEqual(expected);
  });

  it('brings images of another size to the size of the model', async () => {
    const doubled = nested(randomPixels(8)).flatMap((row) => {
      const wide = row.flatMap((pixel) => [pixel, pixel]);
      return [wide, wide];
    });
    const [resized] = await probabilities(instances(doubled));
    const [exact] = await probabilities(png(imageOf(8)));
    for (const [index, value] of resized.entries()) expect(Math.abs(value - exact[index])).toBeLessThan(0.2);
  });
});

describe('input that cannot be used', () => {
  const good = base64(imageOf(1));

  it.each([
    ['text that is not base64', 'a photo of a cat!'],
    ['base64 of no image', base64(Buffer.from('hello'))],
    ['an image that is cut short', base64(imageOf(1).subarray(0, 60))],
    ['rows of unequal length', [[1, 2], [3]]],
    ['pixels that are no bytes', [[0.5, 0.25]]],
    ['pixels above 255', [[0, 256]]],
    ['two channels', [[[1, 2]]]],
    ['no pixels', []],
    ['a number', 7],
    ['null', null],
  ])('is refused with its pointer: %s', async (_, bad) => {
    const { status, body, headers } = await refused(serving, 'shapes', instances(good, good, good, bad, good));
    expect(status).toBe(422);
    expect(headers.get('content-type')).toContain('application/problem+json');
    expect(body.type).toBe('urn:trainyard:error:invalid_image');
    expect(body.instance).toBe('/v1/endpoints/shapes/predict');
    expect(body.errors?.map((error) => error.pointer)).toEqual(['/instances/3']);
  });

  it('points to every instance that is bad, in order', async () => {
    const { body } = await refused(serving, 'shapes', instances('?', good, 7, good, 'AAAA'));
    expect(body.errors?.map((error) => error.pointer)).toEqual(['/instances/0', '/instances/2', '/instances/4']);
  });

  it('points to the file of a form, and to the whole of a single image', async () => {
    const form = await refused(serving, 'shapes', files(imageOf(1), Buffer.from('no image'), imageOf(2)));
    expect([form.status, form.body.errors?.[0].pointer]).toEqual([422, '/file/1']);
    const single = await refused(serving, 'shapes', png(Buffer.from('no image')));
    expect([single.status, single.body.errors?.[0].pointer]).toEqual([422, '']);
  });

  it.each([
    ['no JSON', { body: '{"instances": [', type: 'application/json' }, 400, 'invalid_json'],
    [
      'bytes that are not UTF-8',
      { body: Buffer.from([0x22, 0xff, 0x22]), type: 'application/json' },
      400,
      'invalid_json',
    ],
    ['JSON that is no object', json([1]), 422, 'invalid_request'],
    ['no instances', json({}), 422, 'invalid_request'],
    ['an empty list', json({ instances: [] }), 422, 'invalid_request'],
    ['instances that are no list', json({ instances: 'x' }), 422, 'invalid_request'],
    ['an unknown field', json({ instances: ['x'], top_k: 3 }), 422, 'invalid_request'],
    ['more instances than allowed', json({ instances: Array(257).fill('AAAA') }), 422, 'invalid_request'],
    ['another content type', { body: 'x', type: 'text/plain' }, 415, 'unsupported_media_type'],
    ['no body', {}, 422, 'invalid_request'],
    ['a form that is broken off', { body: 'x', type: 'multipart/form-data; boundary=b' }, 400, 'invalid_multipart'],
    ['a form without a boundary', { body: 'x', type: 'multipart/form-data' }, 400, 'invalid_multipart'],
    ['a body that is too large', { body: Buffer.alloc(33 * 2 ** 20), type: 'image/png' }, 413, 'payload_too_large'],
  ])('is refused: %s', async (_, sent, status, code) => {
    const answer = await refused(serving, 'shapes', sent);
    expect([answer.status, answer.body.type]).toEqual([status, `urn:trainyard:error:${code}`]);
  });

  it('is refused: a form with another field, or with too many or too large files', async () => {
    const other = new FormData();
    other.append('image', new Blob([Buffer.from(imageOf(1))]), 'a.png');
    expect((await refused(serving, 'shapes', { body: other })).body.errors?.[0].pointer).toBe('/image');
    const plain = new FormData();
    plain.append('file', 'text');
    expect((await refused(serving, 'shapes', { body: plain })).body.errors?.[0].pointer).toBe('/file');
    const none = await refused(serving, 'shapes', { body: '--b--\r\n', type: 'multipart/form-data; boundary=b' });
    expect([none.status, none.body.errors?.[0].pointer]).toEqual([422, '/file']);
    expect((await refused(serving, 'shapes', files(...Array(257).fill(imageOf(1))))).status).toBe(413);
    const half = Buffer.alloc(17 * 2 ** 20);
    expect((await refused(serving, 'shapes', files(half, half))).status).toBe(413);
  });

  it('leaves the server answering', async () => {
    expect((await predict(serving, 'shapes', png(imageOf(1)))).predictions).toHaveLength(1);
  });
});

describe('who may ask', () => {
  it('nobody without a key', async () => {
    expect((await refused(serving, 'shapes', { ...png(imageOf(1)), key: '' })).status).toBe(401);
    expect((await refused(serving, 'shapes', { ...png(imageOf(1)), key: 'ty_wrong_key_0123456789' })).status).toBe(401);
  });

  it('finds no endpoint of another project, nor one that is not there', async () => {
    const other = await serving.db.projects.create({ name: 'other' });
    const key = await serving.db.keys.create({ projectId: other.id, name: 'theirs', role: 'member' });
    for (const [name, secret] of [
      ['shapes', key.secret],
      [endpoint.id, key.secret],
      ['nothing', TEST_KEY],
      ['ep_00000000000000000000000000', TEST_KEY],
    ]) {
      const { status, body } = await refused(serving, name, { ...png(imageOf(1)), key: secret });
      expect([name, status, body.type]).toEqual([name, 404, 'urn:trainyard:error:not_found']);
    }
  });
});
