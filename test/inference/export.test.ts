// Exports in this process: what a certificate says is held against what is computed here from the file itself.
import { createHash } from 'node:crypto';
import {
  checkExportResult,
  type ExportResult,
  exportKey,
  type ParityCertificate,
  type TrainedModelTask,
  type TrainingOptions,
} from '@trainyard/contracts';
import { packDataset } from '@trainyard/datasets';
import { analyse } from '@trainyard/runtime';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { beforeAll, describe, expect, it } from 'vitest';
import { TestAnalyst } from '../evaluation/analyst.js';
import { className, folders, type Shade, SIDE, shades, table } from '../evaluation/pictures.js';

const CONVOLUTIONAL = {
  layers: [
    { type: 'conv2d', filters: 4, kernel_size: 3, use_bias: false },
    { type: 'batch_normalization' },
    { type: 'relu' },
    { type: 'flatten' },
    { type: 'dropout', rate: 0.5 },
    { type: 'dense', units: 'classes', activation: 'softmax' },
  ],
};

let analyst: TestAnalyst;
let model: TrainedModelTask;
const pictures = shades(60, 9);

beforeAll(async () => {
  analyst = await TestAnalyst.open();
  model = await analyst.model(await analyst.dataset('ds_parity', await folders(pictures, className)), CONVOLUTIONAL);
});

let exported = 0;

async function exportOf(task: TrainedModelTask): Promise<{ result: ExportResult; file: Uint8Array | null }> {
  const analysis_id = `exp_${++exported}`;
  const { store } = analyst;
  const tools = { store, threads: 1, signal: new AbortController().signal, report: async () => {} };
  await analyse({ kind: 'export', analysis_id, model: task }, tools);
  const stored = new TextDecoder().decode(await store.readBytes(`analyses/${analysis_id}/result.json`));
  const result = checkExportResult(JSON.parse(stored));
  const key = exportKey(task.checkpoint.id, task.checkpoint.digest);
  return { result, file: result.file && (await store.readBytes(key)) };
}

/** What stands in a file's metadata, by the fields of a ModelProto that lie at its top: 14 is an entry, of key and value. */
function certificateIn(file: Uint8Array, { digests }: ParityCertificate): unknown {
  const tail = Buffer.from(file.subarray(digests.graph.bytes)).toString();
  return JSON.parse(tail.slice(tail.indexOf('{'), tail.lastIndexOf('}') + 1));
}

describe('an export', () => {
  it('is certified on the test split: the figures are those of the file and of the service', async () => {
    const { result, file } = await exportOf(model);
    const { certificate } = result;
    if (file === null) throw new Error('there is no file');
    const data = await packDataset(analyst.store, 'ds_parity', {
      width: SIDE,
      height: SIDE,
      channels: 1,
      fit: 'cover',
    });
    const { count } = data.splits.test;
    expect(certificate).toMatchObject({ agrees: true, images: { count, source: 'test', reason: null } });
    expect(certificate.service.top_1_agreement).toBe(count);
    expect(certificate.training.top_1_agreement).toBe(count);
    expect(certificate.largest_difference).toBeLessThan(1e-5);
    expect(certificate.digests).toMatchObject({
      checkpoint: model.checkpoint.digest,
      dataset: `sha256:${model.dataset.digest}`,
    });

    const pixels = new Uint8Array(count * SIDE * SIDE);
    await data.splits.test.readImages(
      Array.from({ length: count }, (_, place) => place),
      pixels,
    );
    await data.close();
    const session = await InferenceSession.create(file, { intraOpNumThreads: 1 });
    const { probabilities } = await session.run({ image: new Tensor('uint8', pixels, [count, SIDE, SIDE, 1]) });
    const evaluated = await analyst.evaluate(model, model.dataset, { split: 'test' });
    let largest = 0;
    for (const [place, value] of evaluated.predictions.entries()) {
      largest = Math.max(largest, Math.abs(Number(probabilities.data[place]) - value));
    }
    // The same two, but for batches of another size.
    expect(Math.abs(largest - certificate.training.largest_difference)).toBeLessThan(1e-6);
    await session.release();
  });

  it('has its certificate at the end of the file, and the digest of all before it', async () => {
    const { result, file } = await exportOf(model);
    if (file === null) throw new Error('there is no file');
    const { certificate } = result;
    expect(certificateIn(file, certificate)).toEqual(certificate);
    const { bytes, sha256 } = certificate.digests.graph;
    expect(createHash('sha256').update(file.subarray(0, bytes)).digest('hex')).toBe(sha256);
    expect(result.file).toEqual({ bytes: file.length, sha256: createHash('sha256').update(file).digest('hex') });
  });

  it('gives the same bytes each time, for an equal checkpoint of another id too', async () => {
    const first = await exportOf(model);
    const again = await exportOf(model);
    const other = await exportOf({ ...model, checkpoint: { ...model.checkpoint, id: 'ckpt_other' } });
    expect(first.file).not.toBeNull();
    expect(again.file).toEqual(first.file);
    expect(other.file).toEqual(first.file);
  });

  it('is tried on random pixels where the data set is gone, and says so', async () => {
    const gone = { ...model, dataset: { ...model.dataset, id: 'ds_gone' } };
    const { result } = await exportOf(gone);
    const { images, agrees } = result.certificate;
    expect(agrees).toBe(true);
    expect(images).toEqual({ count: 256, source: 'random', reason: expect.stringContaining('data set are gone') });
  });

  it('compares values of a regression, in their own units, with those of the training', async () => {
    const values = await table(pictures, 'file,value', ({ value }) => String(1000 + 500 * value));
    const dataset = await analyst.dataset('ds_values', values, ['value']);
    const regression = {
      layers: [
        { type: 'flatten' },
        { type: 'dense', units: 5, activation: 'relu' },
        { type: 'dense', units: 'classes' },
      ],
    };
    const { result } = await exportOf(await analyst.model(dataset, regression));
    expect(result.onnx.task).toBe('regression');
    expect(result.certificate).toMatchObject({ agrees: true, service: { top_1_agreement: null } });
  });

  it.each([
    [
      'binary',
      () => folders(pictures, ({ value }) => (value < 0.5 ? 'dark' : 'light')),
      { units: 1, activation: 'sigmoid' },
    ],
    ['multilabel', () => table(pictures, 'file,tags', tagsOf), { units: 'classes', activation: 'sigmoid' }],
  ])('is certified for a task that is %s', async (task, archive, end) => {
    const dataset = await analyst.dataset(`ds_${task}`, await archive());
    const layers = [{ type: 'flatten' }, { type: 'dense', ...end }];
    const loss: TrainingOptions = { loss: 'binary_crossentropy', metrics: ['accuracy'] };
    const { result, file } = await exportOf(await analyst.model(dataset, { layers }, loss));
    expect(file).not.toBeNull();
    expect(result.onnx.task).toBe(task);
    const { agrees, images, service } = result.certificate;
    expect([agrees, images.source]).toEqual([true, 'test']);
    expect(service.top_1_agreement).toBe(task === 'binary' ? images.count : null);
  });
});

const tagsOf = ({ value }: Shade) => [value > 0.4 ? 'light' : '', value > 0.7 ? 'white' : ''].join('|');

describe('a file that disagrees with the service', () => {
  it('is not written, and the certificate has the figures', async () => {
    const { result, file } = await exportOf(await analyst.model(model.dataset, ILL_CONDITIONED));
    expect(file).toBeNull();
    expect(result.file).toBeNull();
    expect(result.certificate.agrees).toBe(false);
    const { service, training } = result.certificate;
    expect(
      Math.max(service.largest_difference / service.tolerance, training.largest_difference / 1e-4),
    ).toBeGreaterThan(1);
  });
});

const constant = (value: number) => ({ type: 'constant', value });

/**
 * Two ways to one sum, and their difference scaled up: nothing but rounding is left, and that depends on the order in which
 * each graph adds.
 */
const ILL_CONDITIONED = {
  layers: [
    { type: 'flatten', name: 'flat' },
    { type: 'dense', name: 'summed', units: 1, kernel_initializer: constant(1) },
    { type: 'global_average_pooling2d', name: 'mean', inputs: ['input'] },
    { type: 'dense', name: 'scaled', units: 1, kernel_initializer: constant(SIDE * SIDE), inputs: ['mean'] },
    { type: 'subtract', name: 'rounding', inputs: ['summed', 'scaled'] },
    {
      type: 'dense',
      units: 'classes',
      kernel_initializer: { type: 'random_normal', stddev: 1e7 },
      activation: 'softmax',
    },
  ],
};
