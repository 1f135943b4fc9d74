// The whole way through, over HTTP alone and with every program a process of its own: upload, train, serve, export.
import type { Checkpoint, Dataset, EpochMetrics, Job, List, StepMetrics } from '@trainyard/contracts';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { beforeAll, describe, expect, it } from 'vitest';
import { Service } from './service.js';
import { unseenImages } from './unseen-images.js';

const SIZE = 16;
const SHAPE = { width: SIZE, height: SIZE, channels: 3 } as const;
const CLASSES = ['ash', 'birch', 'cedar'];
const EPOCHS = 4;
const BATCH = 16;

const MODEL = {
  layers: [
    { type: 'conv2d', filters: 8, kernel_size: 5, activation: 'relu' },
    { type: 'max_pooling2d' },
    { type: 'flatten' },
    { type: 'dropout', rate: 0.25 },
    { type: 'dense', units: 'classes', activation: 'softmax' },
  ],
};

let service: Service;
let dataset: Dataset;
let job: Job;

beforeAll(async () => {
  service = await Service.shared();
});

describe('from a zip of images to answers', () => {
  it('takes the images in and splits them', async () => {
    dataset = await service.dataset('trees', { classes: CLASSES, perClass: 60, size: SIZE });
    expect(dataset).toMatchObject({ status: 'ready', task: 'multiclass', classes: CLASSES, image: SHAPE });
    expect(dataset.warnings.map(({ code }) => code)).toEqual(['small_split', 'small_split']);
    const { train, validation, test, total } = dataset.counts ?? { train: { total: 0 } };
    expect([train.total, validation?.total, test?.total, total]).toEqual([144, 18, 18, 180]);
  });

  it('trains until the job has succeeded, better than guessing', async () => {
    const training = { epochs: EPOCHS, batch_size: BATCH, optimizer: { type: 'adam', learning_rate: 0.005 } };
    job = await service.trained({ dataset_id: dataset.id, model: MODEL, training });
    expect(job.error).toBeNull();
    expect(job.status).toBe('succeeded');
    expect(job.phases.map(({ status }) => status)).toEqual(['queued', 'preparing', 'running', 'succeeded']);
    expect(job.device).toMatchObject({ requested: 'auto', used: expect.any(String), reason: expect.any(String) });
    expect(job.result?.test?.accuracy).toBeGreaterThan(0.8);
  });

  it('has a row for each step and epoch, without a gap', async () => {
    const steps = await allRows<StepMetrics>(`/v1/jobs/${job.id}/metrics?resolution=step&limit=10`);
    expect(steps.map(({ step }) => step)).toEqual(Array.from({ length: (144 / BATCH) * EPOCHS }, (_, i) => i + 1));
    const epochs = await allRows<EpochMetrics>(`/v1/jobs/${job.id}/metrics?resolution=epoch`);
    expect(epochs.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4]);
    expect(epochs[3].train.loss).toBeLessThan(epochs[0].train.loss);
  });

  it('serves an endpoint whose answers are those of the exported file, over 100 images', async () => {
    await service.serve('trees', job);
    const session = await InferenceSession.create(await service.download(job.best?.checkpoint_id ?? '', 'onnx'));
    let largest = 0;
    let right = 0;
    for (let first = 0; first < 100; first += 20) {
      const images = unseenImages(CLASSES, SIZE, 20, first);
      const served = await service.predict(
        'trees',
        images.map(({ png }) => png),
      );
      const pixels = Uint8Array.from(images.flatMap((image) => [...image.pixels]));
      const { probabilities } = await session.run({ image: new Tensor('uint8', pixels, [20, SIZE, SIZE, 3]) });
      images.forEach(({ label }, i) => {
        const answer = served.predictions[i];
        right += answer.label === label ? 1 : 0;
        CLASSES.forEach((name, k) => {
          const exported = Number(probabilities.data[i * CLASSES.length + k]);
          largest = Math.max(largest, Math.abs(answer.probabilities[name] - exported));
        });
      });
    }
    expect(largest).toBeLessThan(1e-6);
    expect(right).toBeGreaterThan(80);
  });

  it('gives out the checkpoint as safetensors, whole', async () => {
    const { data } = await service.get<List<Checkpoint>>(`/v1/jobs/${job.id}/checkpoints`);
    expect(data.filter(({ is_best }) => is_best)).toHaveLength(1);
    const file = await service.download(data[0].id, 'safetensors');
    expect(file.byteLength).toBe(data[0].bytes);
  });
});

async function allRows<T>(path: string): Promise<T[]> {
  const rows: T[] = [];
  let page = await service.get<List<T>>(path);
  for (;;) {
    rows.push(...page.data);
    if (!page.has_more) return rows;
    page = await service.get<List<T>>(`${path}&after=${page.next_cursor}`);
  }
}
