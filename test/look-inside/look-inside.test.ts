// A look into a network as a client takes it: a whole Trainyard, and a network that it has trained.
import type { Embedding, FeatureMaps, Histograms, Job, List, ProbeMetrics } from '@trainyard/contracts';
import supertest from 'supertest';
import { beforeAll, describe, expect, it } from 'vitest';
import { Service } from '../e2e/service.js';
import { className, folders, SIDE, shades, TRAINING } from '../evaluation/pictures.js';

const NETWORK = {
  layers: [
    { type: 'conv2d', name: 'seen', filters: 6, kernel_size: 3, activation: 'relu' },
    { type: 'flatten' },
    { type: 'dense', name: 'said', units: 8, activation: 'tanh' },
    { type: 'dense', name: 'out', units: 'classes', activation: 'softmax' },
  ],
};
const EPOCHS = 4;

let service: Service;
let job: Job;
let checkpoint: string;
const pictures = shades(120, 1);

beforeAll(async () => {
  service = await Service.start({ serving: false });
  const dataset = await service.upload('shades', await folders(pictures, className));
  job = await service.trained({ dataset_id: dataset.id, model: NETWORK, training: { ...TRAINING, epochs: EPOCHS } });
  expect(job.error).toBeNull();
  checkpoint = job.best?.checkpoint_id ?? '';
});

/** The width and height that a PNG says it has. */
function sizeOf(png: Buffer): [number, number] {
  expect(png.subarray(1, 4).toString()).toBe('PNG');
  return [png.readUInt32BE(16), png.readUInt32BE(20)];
}

describe('the filters of the first convolution', () => {
  it('are drawn as they were at the start and after each epoch', async () => {
    const [, height] = sizeOf(await service.picture(`/v1/jobs/${job.id}/kernels.png`));
    const side = 3 * Math.floor(84 / 3);
    expect(height).toBe(176 + (EPOCHS + 1) * (side + 8) + 40);
  });
});

describe('histograms', () => {
  it('are those of the looks into the network, by layer and by weight', async () => {
    const { data } = await service.get<List<ProbeMetrics>>(`/v1/jobs/${job.id}/metrics?resolution=probe`);
    const path = `/v1/jobs/${job.id}/histograms`;
    const all = await service.get<Histograms>(path);
    expect(all.series.map(({ name }) => name)).toEqual(['seen', 'said', 'out']);
    const [seen] = (await service.get<Histograms>(`${path}?layer=seen`)).series;
    expect(seen.rows.map(({ epoch, counts }) => [epoch, counts])).toEqual(
      data.map(({ epoch, layers }) => [epoch, layers[0].histogram]),
    );
    expect(seen.rows[0].counts).toHaveLength(all.edges.length + 1);
    const gradients = await service.get<Histograms>(`${path}?of=gradients&layer=said`);
    expect(gradients.series.map(({ name }) => name)).toEqual(['said/kernel', 'said/bias']);
    expect(gradients.series[0].rows[0].counts.reduce((sum, count) => sum + count)).toBe(8 * 6 * (SIDE - 2) ** 2);
    const drawn = await Promise.all(
      ['', '?layer=said', '?of=gradients', '?of=gradients&layer=out/kernel'].map((query) =>
        service.picture(`${path}.png${query}`),
      ),
    );
    expect(new Set(drawn.map((png) => png.toString('base64'))).size).toBe(drawn.length);
  });
});

describe('feature maps', () => {
  it('of an uploaded image are a picture, or figures and values', async () => {
    const url = `${service.address}/v1/checkpoints/${checkpoint}/feature-maps`;
    const send = (query: string) =>
      supertest(`${url}?${query}`)
        .post('')
        .set(service.authorization)
        .type('image/png')
        .send(Buffer.from(pictures[0].png));
    const drawn = await send('layer=seen').responseType('blob').expect(200).expect('content-type', 'image/png');
    expect(sizeOf(drawn.body)[0]).toBe(1600);
    const { body } = await send('layer=seen&format=json&channel=2').expect(200);
    const maps: FeatureMaps = body;
    expect(maps).toMatchObject({
      object: 'feature_maps',
      status: 'succeeded',
      result: { shape: [6, SIDE - 2, SIDE - 2] },
    });
    expect(maps.map).toHaveLength(SIDE - 2);
    const mean = maps.map?.flat().reduce((sum, value) => sum + value / (SIDE - 2) ** 2, 0);
    expect(mean).toBeCloseTo(maps.result?.maps[2].mean ?? Number.NaN, 6);
    expect((await send('layer=nothing').expect(422)).body.detail).toContain('seen, ');
    expect((await send('layer=seen&format=json&channel=6').expect(422)).body.errors).toMatchObject([
      { pointer: '/channel' },
    ]);
    const text = supertest(`${url}?layer=seen`).post('').set(service.authorization).type('image/png');
    expect((await text.send(Buffer.from('no image')).expect(422)).body.type).toBe('urn:trainyard:error:invalid_image');
    await supertest(`${url}?layer=seen`).post('').set(service.authorization).type('text/plain').send('x').expect(415);
  });

  it('of an image of the data set need no body', async () => {
    const path = `/v1/checkpoints/${checkpoint}/feature-maps`;
    const url = `${service.address}${path}`;
    const send = (query: string) => supertest(`${url}?${query}`).post('').set(service.authorization);
    const { body } = await send('layer=said&index=1&split=test&format=json').expect(200);
    expect(body.result.shape).toEqual([8]);
    expect((await send('layer=said').expect(422)).body.errors).toMatchObject([{ pointer: '/index' }]);
    expect((await send('layer=said&index=9999').expect(422)).body.detail).toContain('There is none of index 9999');
  });
});

describe('an embedding', () => {
  it('is made when it is first asked for, and drawn', async () => {
    const path = `/v1/checkpoints/${checkpoint}/embedding`;
    const embedding = await service.get<Embedding>(path);
    expect(embedding).toMatchObject({ status: 'succeeded', result: { layer: 'said', split: 'validation' } });
    expect(embedding.result?.points).toHaveLength(embedding.result?.count ?? -1);
    expect((await service.get<Embedding>(`${path}?split=validation`)).id).toBe(embedding.id);
    expect(sizeOf(await service.picture(`${path}.png`))).toEqual([1600, 1100]);
  });
});
