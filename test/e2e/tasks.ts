// Several labels an image, and numbers: each from a table beside its images to the answers of an endpoint and of the file.
import type { Dataset, PredictResponse } from '@trainyard/contracts';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildZip, encodePng } from '../fixtures/index.js';
import { randomSource } from '../fixtures/random.js';
import { Service } from './service.js';

const SIDE = 8;
const PIXELS = SIDE * SIDE;
const UNSEEN = 30;

interface Picture {
  /** Brightness of either half, from 0 to 1. */
  left: number;
  right: number;
  /** uint8 [height, width, 1]. */
  pixels: Uint8Array;
  png: Uint8Array;
}

function pictures(count: number, seed: number): Picture[] {
  const random = randomSource(seed);
  return Array.from({ length: count }, () => {
    const [left, right] = [random(), random()];
    const pixels = Uint8Array.from({ length: PIXELS }, (_, i) =>
      Math.floor((i % SIDE < SIDE / 2 ? left : right) * 240 + random() * 15),
    );
    return { left, right, pixels, png: encodePng({ width: SIDE, height: SIDE, channels: 1, pixels }) };
  });
}

const seen = pictures(240, 1);
const unseen = pictures(UNSEEN, 2);
const isBright = (value: number) => value > 0.5;

/** The pictures, and a table whose rows hold their names and what `cells` makes of them. */
function withTable(header: string, cells: (picture: Picture) => string): Promise<Buffer> {
  const images = seen.map(({ png }, i) => ({ path: `images/${i}.png`, bytes: png }));
  const rows = seen.map((picture, i) => `${i}.png,${cells(picture)}`);
  return buildZip([...images, { path: 'table.csv', bytes: Buffer.from([header, ...rows].join('\n')) }]);
}

const ending = (activation: string) => ({
  layers: [
    { type: 'flatten' },
    { type: 'dense', units: 16, activation: 'tanh' },
    { type: 'dense', units: 'classes', activation },
  ],
});
const training = { epochs: 30, batch_size: 16, optimizer: { type: 'adam', learning_rate: 0.01 } };

let service: Service;
beforeAll(async () => {
  service = await Service.shared();
});

/** Serves a job, and asks it and its exported file about the images that it has not seen. */
async function ask<R extends PredictResponse>(name: string, dataset: Dataset, activation: string) {
  const job = await service.trained({ dataset_id: dataset.id, model: ending(activation), training });
  expect(job.error).toBeNull();
  await service.serve(name, job);
  const pngs = unseen.map(({ png }) => png);
  const served = await service.predict<R>(name, pngs);
  const file = await service.download(job.best?.checkpoint_id ?? '', 'onnx');
  const session = await InferenceSession.create(file);
  const pixels = Uint8Array.from(unseen.flatMap((image) => [...image.pixels]));
  const outputs = await session.run({ image: new Tensor('uint8', pixels, [UNSEEN, SIDE, SIDE, 1]) });
  await session.release();
  return { job, served, outputs, file: Buffer.from(file).toString('latin1') };
}

describe('several labels an image', () => {
  it('are read from a table, learnt, and each predicted for itself', async () => {
    const labels = ({ left, right }: Picture) =>
      [isBright(right) ? 'right' : '', isBright(left) ? 'left' : ''].filter((label) => label !== '').join('|');
    const dataset = await service.upload('halves', await withTable('file,tags', labels));
    expect(dataset).toMatchObject({ status: 'ready', task: 'multilabel', classes: ['left', 'right'], targets: null });
    expect(dataset.counts?.total).toBe(seen.length);
    expect(dataset.counts?.train.classes.left).toBe(countOf(dataset, ({ left }) => isBright(left)));

    type Labels = Extract<PredictResponse, { task: 'multilabel' }>;
    const { job, served, outputs, file } = await ask<Labels>('halves', dataset, 'sigmoid');
    expect(job.training).toMatchObject({ loss: { type: 'binary_crossentropy' } });
    expect(job.result?.test?.accuracy).toBeGreaterThan(0.85);
    expect(served.task).toBe('multilabel');
    const clear = unseen.flatMap((picture, i) =>
      Math.abs(picture.left - 0.5) > 0.1 && Math.abs(picture.right - 0.5) > 0.1 ? [[picture, i] as const] : [],
    );
    const right = clear.filter(([picture, i]) => {
      const expected = [isBright(picture.left) ? 'left' : '', isBright(picture.right) ? 'right' : ''];
      return served.predictions[i].labels.join('|') === expected.filter((label) => label !== '').join('|');
    });
    expect(right.length).toBeGreaterThan(0.85 * clear.length);
    served.predictions.forEach(({ probabilities }, i) => {
      expect(probabilities.left).toBeCloseTo(Number(outputs.probabilities.data[2 * i]), 6);
      expect(probabilities.right).toBeCloseTo(Number(outputs.probabilities.data[2 * i + 1]), 6);
    });
    expect(file).toContain('["left","right"]');
  });
});

describe('numbers', () => {
  it('are read from columns, learnt in whatever unit they have, and predicted in it', async () => {
    const price = ({ left, right }: Picture) => 200_000 + 50_000 * (left - right);
    const cells = (picture: Picture) => `${price(picture).toFixed(2)},note,${picture.left.toFixed(4)}`;
    const archive = await withTable('file,price,remark,shade', cells);
    const dataset = await service.upload('prices', archive, { label_columns: ['price', 'shade'] });
    expect(dataset).toMatchObject({ status: 'ready', task: 'regression', classes: [], targets: ['price', 'shade'] });
    const { mean, std } = dataset.stats?.targets ?? { mean: [], std: [] };
    expect(Math.abs(mean[0] - 200_000)).toBeLessThan(5_000);
    expect(Math.abs(std[0] - 50_000 / Math.sqrt(6))).toBeLessThan(4_000);

    type Values = Extract<PredictResponse, { task: 'regression' }>;
    const { job, served, outputs, file } = await ask<Values>('prices', dataset, 'linear');
    expect(job.training).toMatchObject({ loss: { type: 'mse' }, metrics: [{ type: 'mae' }, { type: 'rmse' }] });
    const figures = job.result?.test ?? {};
    expect(figures['mae/price']).toBeLessThan(7_000);
    expect(figures['mae/shade']).toBeLessThan(0.1);
    expect(served.task).toBe('regression');
    const errors = served.predictions.map(({ values }, i) => Math.abs(values.price - price(unseen[i])));
    expect(errors.reduce((sum, error) => sum + error) / UNSEEN).toBeLessThan(6_000);
    served.predictions.forEach(({ values }, i) => {
      expect(values.shade).toBeCloseTo(unseen[i].left, 0);
      expect(values.price / Number(outputs.values.data[2 * i])).toBeCloseTo(1, 5);
    });
    expect(file).toContain('["price","shade"]');
  });
});

/** How many images of the train split are expected to have a label: those that there are, less the other splits'. */
function countOf(dataset: Dataset, has: (picture: Picture) => boolean): number {
  const [validation, test] = [dataset.counts?.validation, dataset.counts?.test];
  return seen.filter(has).length - (validation?.classes.left ?? 0) - (test?.classes.left ?? 0);
}
