// The whole way through, over HTTP alone and with every program a process of its own: upload, train, serve, export.
import type { Checkpoint, Dataset, EpochMetrics, Job, List, StepMetrics } from '@trainyard/contracts';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import supertest from 'supertest';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildImageFolderZip, encodePng, patternImage } from '../fixtures/index.js';
import type { ClassResponse } from '../inference/serving.js';
import { createTestEnvironment, startApi, startInference, startWorker, TEST_KEY } from '../setup/index.js';

const SIZE = 16;
const SHAPE = { width: SIZE, height: SIZE, channels: 3 } as const;
const CLASSES = ['ash', 'birch', 'cedar'];
const EPOCHS = 4;
const BATCH = 16;
const POLL_MS = 150;
const PATIENCE_MS = 100_000;

const MODEL = {
  layers: [
    { type: 'conv2d', filters: 8, kernel_size: 5, activation: 'relu' },
    { type: 'max_pooling2d' },
    { type: 'flatten' },
    { type: 'dropout', rate: 0.25 },
    { type: 'dense', units: 'classes', activation: 'softmax' },
  ],
};

let address: string;
let dataset: Dataset;
let job: Job;

const http = () => supertest(address);
const authorization = `Bearer ${TEST_KEY}`;

async function get<T>(path: string): Promise<T> {
  const { body } = await http().get(path).set({ authorization }).expect(200);
  return body;
}

/** Polls until the resource has left the states that it passes through. */
async function settled<T extends { status: string }>(path: string, passing: string[]): Promise<T> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const resource = await get<T>(path);
    if (!passing.includes(resource.status)) return resource;
    if (Date.now() > deadline) throw new Error(`${path} is still ${resource.status}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** An image that the training has not seen, of a class. */
function newImage(i: number): { label: string; pixels: Uint8Array; png: Uint8Array } {
  const classIndex = i % CLASSES.length;
  const pixels = patternImage({ classIndex, classes: CLASSES.length, ...SHAPE, seed: 900_000 + i });
  return { label: CLASSES[classIndex], pixels, png: encodePng({ ...SHAPE, pixels }) };
}

beforeAll(async () => {
  const environment = await createTestEnvironment();
  address = `http://127.0.0.1:${environment.TRAINYARD_PORT}`;
  await startApi(environment);
  await Promise.all([startWorker(environment), startInference(environment)]);
});

describe('from a zip of images to answers', () => {
  it('takes the images in and splits them', async () => {
    const zip = await buildImageFolderZip({ classes: CLASSES, perClass: 60, size: SIZE });
    const { body } = await http()
      .post('/v1/datasets')
      .set({ authorization })
      .field('name', 'trees')
      .attach('file', zip, 'trees.zip')
      .expect(202);
    expect(body).toMatchObject({ object: 'dataset', status: 'processing' });
    dataset = await settled<Dataset>(`/v1/datasets/${body.id}`, ['uploading', 'processing']);
    expect(dataset).toMatchObject({ status: 'ready', task: 'multiclass', classes: CLASSES, image: SHAPE });
    expect(dataset.warnings.map(({ code }) => code)).toEqual(['small_split', 'small_split']);
    const { train, validation, test, total } = dataset.counts ?? { train: { total: 0 } };
    expect([train.total, validation?.total, test?.total, total]).toEqual([144, 18, 18, 180]);
  });

  it('trains until the job has succeeded, better than guessing', async () => {
    const body = {
      dataset_id: dataset.id,
      model: MODEL,
      training: { epochs: EPOCHS, batch_size: BATCH, optimizer: { type: 'adam', learning_rate: 0.005 } },
    };
    const created = await http().post('/v1/jobs').set({ authorization }).send(body).expect(202);
    job = await settled<Job>(`/v1/jobs/${created.body.id}`, ['queued', 'preparing', 'running']);
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
    await http().post('/v1/endpoints').set({ authorization }).send({ name: 'trees', job_id: job.id }).expect(201);
    await settled('/v1/endpoints/trees', ['starting']);
    const session = await InferenceSession.create(await download(job.best?.checkpoint_id ?? '', 'onnx'));
    let largest = 0;
    let right = 0;
    for (let first = 0; first < 100; first += 20) {
      const images = Array.from({ length: 20 }, (_, i) => newImage(first + i));
      const served = await predict(images.map(({ png }) => png));
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
    const { data } = await get<List<Checkpoint>>(`/v1/jobs/${job.id}/checkpoints`);
    expect(data.filter(({ is_best }) => is_best)).toHaveLength(1);
    const file = await download(data[0].id, 'safetensors');
    expect(file.byteLength).toBe(data[0].bytes);
  });
});

async function allRows<T>(path: string): Promise<T[]> {
  const rows: T[] = [];
  let page = await get<List<T>>(path);
  for (;;) {
    rows.push(...page.data);
    if (!page.has_more) return rows;
    page = await get<List<T>>(`${path}&after=${page.next_cursor}`);
  }
}

async function predict(images: Uint8Array[]): Promise<ClassResponse> {
  const instances = images.map((image) => Buffer.from(image).toString('base64'));
  const { body } = await http()
    .post('/v1/endpoints/trees/predict')
    .set({ authorization })
    .send({ instances })
    .expect(200);
  return body;
}

async function download(checkpointId: string, format: string): Promise<Uint8Array> {
  const { body } = await http()
    .get(`/v1/checkpoints/${checkpointId}/download?format=${format}`)
    .set({ authorization })
    .responseType('blob')
    .expect(200);
  return body;
}
