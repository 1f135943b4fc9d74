import { galleryKey, resolveAugmentation, ShownSample } from '@trainyard/contracts';
import { decodeImage, type GallerySource, writeGallery } from '@trainyard/datasets';
import { augmentImage } from '@trainyard/engine';
import type supertest from 'supertest';
import { Value } from 'typebox/value';
import { beforeAll, describe, expect, it } from 'vitest';
import { type GalleryCall, gallerySource, pixelOf } from '../datasets/gallery-images.js';
import { readyDataset, uploadedDataset } from '../db/rows.js';
import { expectPointers, expectProblem } from './problem.js';
import { createTestApi, type TestApi } from './setup.js';

const CLASSES = ['cat', 'dog', 'bird'];
const thirds = (index: number) => (['train', 'validation', 'test'] as const)[index % 3];
const labels = Array.from({ length: 90 }, (_, index) => Math.floor(index / 30));

let api: TestApi;
/** Of three classes, each split evenly. */
let id: string;
beforeAll(async () => {
  api = await createTestApi();
  id = await withGallery({ classes: CLASSES, labels, splitOf: thirds });
});

async function withGallery(call: Omit<GalleryCall, 'datasetId'>, change: Partial<GallerySource> = {}): Promise<string> {
  const dataset = await readyDataset(api.db, api.member.projectId);
  await writeGallery(api.store, { ...gallerySource({ ...call, datasetId: dataset.id }), ...change });
  return dataset.id;
}

const at = (path: string, dataset = id) => `/v1/datasets/${dataset}/${path}`;

/** Binary answers are read whole. */
const binary = (test: supertest.Test) =>
  test.buffer(true).parse((response, done) => {
    const chunks: Buffer[] = [];
    response.on('data', (chunk: Buffer) => chunks.push(chunk));
    response.on('end', () => done(null, Buffer.concat(chunks)));
  });

async function pixelsOf(
  dataUri: string,
  { width, height, channels }: { width: number; height: number; channels: 1 | 3 },
) {
  expect(dataUri).toMatch(/^data:image\/png;base64,/);
  const file = Buffer.from(dataUri.slice(dataUri.indexOf(',') + 1), 'base64');
  expect([file.readUInt32BE(16), file.readUInt32BE(20)]).toEqual([width, height]);
  return decodeImage(file, { width, height, channels, fit: 'fill' });
}

describe.each(['preview', 'histogram'] as const)('GET /v1/datasets/{id}/%s.png', (picture) => {
  it('200 with the picture that was drawn, to be kept by who asked', async () => {
    const stored = Buffer.from(await api.store.readBytes(galleryKey(id, `${picture}.png`)));
    const answer = await binary(api.member.get(at(`${picture}.png`))).expect(200);
    expect(answer.body).toEqual(stored);
    expect(answer.headers).toMatchObject({
      'content-type': 'image/png',
      'content-length': String(stored.length),
      'cache-control': 'private, max-age=31536000, immutable',
    });
    expect(answer.headers.etag).toMatch(/^"[0-9a-f]{64}"$/);
  });

  it('304 where the client has it already', async () => {
    const { etag } = (await api.member.get(at(`${picture}.png`)).expect(200)).headers;
    for (const known of [etag, `"x", W/${etag}`, '*']) {
      const answer = await api.member
        .get(at(`${picture}.png`))
        .set('if-none-match', known)
        .expect(304);
      expect(answer.headers.etag).toBe(etag);
    }
    await api.member
      .get(at(`${picture}.png`))
      .set('if-none-match', '"x"')
      .expect(200);
  });
});

describe('GET /v1/datasets/{id}/samples', () => {
  it('200 with images, what they show, and thumbnails of their own pixels', async () => {
    const { body } = await api.member.get(at('samples')).expect(200);
    expect(body).toMatchObject({ object: 'list', has_more: true, next_cursor: '19' });
    expect(body.data).toHaveLength(20);
    for (const sample of body.data) expect([...Value.Errors(ShownSample, sample)]).toEqual([]);
    const { thumbnail, ...seventh } = body.data[7];
    expect(seventh).toEqual({
      index: 7,
      place: 2,
      file: 'folder/7.png',
      split: 'validation',
      label: 'cat',
      width: 107,
      height: 50,
    });
    const pixels = await pixelsOf(thumbnail, { width: 8, height: 8, channels: 3 });
    expect(new Set(pixels)).toEqual(new Set([pixelOf(7)]));
  });

  it('200 for one split and class, page by page', async () => {
    const seen: number[] = [];
    for (let after = '', more = true; more; ) {
      const { body } = await api.member.get(at(`samples?split=test&class=dog&limit=4${after}`)).expect(200);
      for (const { index, split, label } of body.data) {
        expect({ split, label }).toEqual({ split: 'test', label: 'dog' });
        seen.push(index);
      }
      more = body.has_more;
      after = `&after=${body.next_cursor}`;
    }
    expect(seen).toEqual(Array.from({ length: 10 }, (_, place) => 32 + 3 * place));
  });

  it('200 with nothing where nothing is asked for that is there', async () => {
    const empty = await withGallery({ classes: CLASSES, labels: [0, 1] });
    const { body } = await api.member.get(at('samples?class=bird', empty)).expect(200);
    expect(body).toEqual({ object: 'list', data: [], has_more: false, next_cursor: null });
  });

  it('200 with several labels, and with numbers, by the task', async () => {
    const tags = await withGallery({ task: 'multilabel', classes: CLASSES, labels: [[], [0, 2], [2]] });
    const { body } = await api.member.get(at('samples', tags)).expect(200);
    expect(body.data.map((sample: ShownSample) => sample.labels)).toEqual([[], ['cat', 'bird'], ['bird']]);
    const filtered = await api.member.get(at('samples?class=bird', tags)).expect(200);
    expect(filtered.body.data.map((sample: ShownSample) => sample.index)).toEqual([1, 2]);

    const numbers = await withGallery({
      task: 'regression',
      targets: ['x', 'y'],
      labels: [
        [1, -2.5],
        [3, 4],
      ],
    });
    const values = await api.member.get(at('samples', numbers)).expect(200);
    expect(values.body.data.map((sample: ShownSample) => sample.values)).toEqual([
      { x: 1, y: -2.5 },
      { x: 3, y: 4 },
    ]);
    expectPointers(await api.member.get(at('samples?class=x', numbers)), 'invalid_request', ['/class']);
  });

  it('200 with thumbnails of bounded size where the images are large', async () => {
    const large = await withGallery({ classes: ['a'], labels: [0], image: { width: 512, height: 256, channels: 1 } });
    const { body } = await api.member.get(at('samples', large)).expect(200);
    await pixelsOf(body.data[0].thumbnail, { width: 128, height: 64, channels: 1 });
  });

  it('422 for a class that there is not, naming those that there are', async () => {
    const problem = expectProblem(await api.member.get(at('samples?class=cow')), 'invalid_request');
    expect(problem.detail).toContain('"cat", "dog", "bird"');
    const many = Array.from({ length: 200 }, (_, label) => `class ${label}`);
    const wide = await withGallery({ classes: many, labels: many.map((_, label) => label) });
    const { detail } = expectProblem(await api.member.get(at('samples?class=cow', wide)), 'invalid_request');
    expect(detail).toContain('and 150 more');
  });

  it.each(['split=training', 'limit=0', 'limit=101', 'after=x', 'klass=cat'])('422 for %s', async (query) => {
    expectProblem(await api.member.get(at(`samples?${query}`)), 'invalid_request');
  });
});

describe('POST /v1/datasets/{id}/augment-preview', () => {
  const post = (body: object, dataset = id) => api.member.post(at('augment-preview', dataset), body);
  const EVERYTHING = {
    horizontal_flip: true,
    vertical_flip: true,
    rotation: 20,
    translation: [0.1, 0.2],
    zoom: 0.2,
    shear: 10,
    random_crop: {},
    brightness: 0.2,
    contrast: 0.2,
    saturation: 0.2,
    hue: 0.1,
    erasing: {},
    gaussian_noise: 0.1,
    mixup: {},
    cutmix: {},
  };

  it('200 with a picture, the same for the same seed', async () => {
    const first = await binary(post({ augmentation: EVERYTHING })).expect(200);
    expect(first.headers['content-type']).toBe('image/png');
    expect(first.body.subarray(1, 4).toString()).toBe('PNG');
    expect((await binary(post({ augmentation: EVERYTHING, seed: 0 })).expect(200)).body).toEqual(first.body);
    expect((await binary(post({ augmentation: EVERYTHING, seed: 1 })).expect(200)).body).not.toEqual(first.body);
  });

  it('200 for an empty body: what "standard" does', async () => {
    const standard = await binary(post({ augmentation: 'standard' })).expect(200);
    expect((await binary(post({})).expect(200)).body).toEqual(standard.body);
  });

  it.each([null, 'standard', {}, { mixup: {} }])('200 for %j', async (augmentation) => {
    await binary(post({ augmentation, images: 2, variants: 1 })).expect(200);
  });

  it('shows the pixels that a training makes of the image', async () => {
    const image = { width: 16, height: 16, channels: 1 } as const;
    const source = gallerySource({ classes: ['a'], labels: [0, 0, 0], image });
    const gradient = Uint8Array.from({ length: 256 }, (_, place) => place);
    const images = {
      ...source.images,
      readPixels: (indices: ArrayLike<number>, out: Uint8Array) => {
        for (let place = 0; place < indices.length; place++) out.set(gradient, 256 * place);
      },
    };
    const dataset = await withGallery({ classes: ['a'], labels: [0, 0, 0], image }, { images });
    const options = { rotation: 30, brightness: 0.3 };
    const answer = await binary(post({ augmentation: options, images: 3, variants: 2, seed: 7 }, dataset)).expect(200);
    const file: Buffer = answer.body;
    const [width, height] = [file.readUInt32BE(16), file.readUInt32BE(20)];
    const sheet = await decodeImage(file, { width, height, channels: 1, fit: 'fill' });
    const out = new Uint8Array(256);
    const augmentation = resolveAugmentation(options, 1);
    if (augmentation === null) throw new Error('the options are none');
    for (const [index, epoch] of [
      [0, 1],
      [2, 2],
    ]) {
      augmentImage(gradient, out, image, augmentation, { seed: 7, epoch, index });
      // The images are enlarged 12 times.
      expect(contains(sheet, width, out, 12)).toBe(true);
    }
    augmentImage(gradient, out, image, augmentation, { seed: 7, epoch: 3, index: 0 });
    expect(contains(sheet, width, out, 12)).toBe(false);
  });

  /** Whether the sheet shows the 16 x 16 image somewhere, each pixel as a square of `times`. */
  function contains(sheet: Uint8Array, width: number, image: Uint8Array, times: number): boolean {
    const rows = sheet.length / width - 16 * times;
    const shows = (x: number, y: number) =>
      image.every((value, place) => {
        const [column, row] = [place % 16, Math.floor(place / 16)];
        return sheet[(y + row * times) * width + x + column * times] === value;
      });
    for (let y = 0; y <= rows; y++) {
      for (let x = 0; x <= width - 16 * times; x++) {
        if (sheet[y * width + x] === image[0] && shows(x, y)) return true;
      }
    }
    return false;
  }

  it.each<[string, object, string[]]>([
    ['another name', { augmentation: 'strong' }, ['/augmentation']],
    ['an unknown option', { augmentation: { flip: true } }, ['/augmentation/flip']],
    ['too many images', { augmentation: null, images: 17 }, ['/images']],
    ['mixing one image', { augmentation: { mixup: {} }, images: 1 }, ['/images']],
    ['a contradiction', { augmentation: { zoom: [2, 1] } }, ['/augmentation/zoom']],
  ])('422 for %s', async (_, body, pointers) => {
    expectPointers(await post(body), 'invalid_request', pointers);
  });

  it('422 for colours of grey images, and for too many large ones', async () => {
    const grey = await withGallery({ classes: ['a'], labels: [0, 0], image: { width: 8, height: 8, channels: 1 } });
    expectPointers(await post({ augmentation: { hue: 0.1 } }, grey), 'invalid_request', ['/augmentation/hue']);
    const large = await withGallery({ classes: ['a'], labels: [0], image: { width: 1024, height: 1024, channels: 1 } });
    const body = { augmentation: 'standard', images: 16, variants: 12 };
    expectPointers(await post(body, large), 'invalid_request', ['/variants']);
    await binary(post({ ...body, images: 2, variants: 2 }, large)).expect(200);
  });
});

describe('a data set that cannot be looked at', () => {
  const asks: [string, (dataset: string) => supertest.Test][] = [
    ['preview.png', (dataset) => api.member.get(at('preview.png', dataset))],
    ['histogram.png', (dataset) => api.member.get(at('histogram.png', dataset))],
    ['samples', (dataset) => api.member.get(at('samples', dataset))],
    ['augment-preview', (dataset) => api.member.post(at('augment-preview', dataset), { augmentation: null })],
  ];

  it.each(asks)('%s: 409 before it is ready', async (_, ask) => {
    const { id: uploaded } = await uploadedDataset(api.db, api.member.projectId);
    expectProblem(await ask(uploaded), 'dataset_not_ready');
  });

  it.each(asks)('%s: 404 in another project, and where there is none', async (_, ask) => {
    const { id: other } = await readyDataset(api.db, api.stranger.projectId);
    await writeGallery(api.store, gallerySource({ datasetId: other, classes: ['a'], labels: [0] }));
    expectProblem(await ask(other), 'not_found');
    expectProblem(await ask('ds_01kabcdefghjkmnpqrstvwxyz0'), 'not_found');
  });

  it.each(asks)('%s: 404 where an earlier version has read it, with what to do', async (_, ask) => {
    const { id: bare } = await readyDataset(api.db, api.member.projectId);
    expect(expectProblem(await ask(bare), 'not_found').detail).toContain('Upload it again');
  });
});
