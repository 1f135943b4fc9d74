// A backbone is trained on: frozen, by its features; or with it; and its weights are in each checkpoint and export.
import { backboneKey, newId, type TrainerReport, type TrainingOptions } from '@trainyard/contracts';
import { backboneWeights, compileTrainedPredictor, parseModelSpec } from '@trainyard/engine';
import { createSession, float32Tensor, readCheckpoint, type TensorValue } from '@trainyard/runtime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CLASSIFIER, graphOf, integers, node, onnxFile } from '../engine/onnx-files.js';
import { Killed, type Recorded, TestTrainer } from '../runtime/trainer.js';

const FILE = onnxFile(CLASSIFIER);
const BACKBONE = newId('backbone');
const OPTIONS: TrainingOptions = {
  epochs: 4,
  batch_size: 8,
  normalization: 'symmetric',
  optimizer: { type: 'adam', learning_rate: 0.05 },
  checkpoints: { every_epochs: 1, every_steps: 2, keep: 100 },
};

const backbone = { type: 'onnx_backbone', name: 'body', backbone_id: BACKBONE, graph: graphOf(FILE) };
const top = { type: 'dense', name: 'top', units: 'classes', activation: 'softmax' };
const FROZEN = [backbone, top];
/** Nothing is dropped, but what might be is in front of the backbone: it is run in each step. */
const IN_EACH_STEP = [{ type: 'dropout', name: 'none', rate: 0 }, ...FROZEN];
const TRAINED = [{ ...backbone, trainable: true }, top];

let trainer: TestTrainer;
beforeAll(async () => {
  trainer = await TestTrainer.open(20);
  await trainer.store.write(backboneKey(BACKBONE), FILE);
});
afterAll(() => trainer.close());

interface Done extends Recorded {
  log: string[];
}

/** Trains to the end, over as many attempts as it dies in. */
async function trained(
  id: string,
  layers: object[],
  options: TrainingOptions = OPTIONS,
  dies: (report: TrainerReport, when: 'before' | 'after') => boolean = () => false,
): Promise<Done> {
  const job: Recorded = trainer.newJob();
  const log: string[] = [];
  for (;;) {
    let isDead = false;
    try {
      await trainer.attempt(id, job, layers, options, (report, when) => {
        isDead ||= dies(report, when);
        if (isDead) throw new Killed();
        if (when === 'after' && report.type === 'log') log.push(report.message);
      });
      return { ...job, log };
    } catch (error) {
      if (!(error instanceof Killed)) throw error;
    }
  }
}

/** The tensors of the last checkpoint. */
async function tensorsOf(job: Recorded) {
  const last = job.checkpoints.get(Math.max(...job.checkpoints.keys()));
  if (!last) throw new Error('there is no checkpoint');
  return (await readCheckpoint(trainer.store, last)).tensors;
}

async function bytesOf(job: Recorded): Promise<Record<string, string>> {
  const tensors = [...(await tensorsOf(job))].sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(
    tensors.map(([name, { data }]) => [
      name,
      Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64'),
    ]),
  );
}

async function run(onnx: Uint8Array, image: TensorValue): Promise<Float32Array> {
  const session = await createSession(onnx, { device: 'cpu', threads: 1 });
  const results = await session.run({ [session.inputNames[0]]: image });
  await session.release();
  const { data } = results[session.outputNames[0]];
  if (!(data instanceof Float32Array)) throw new TypeError('the output is not float32');
  return data;
}

const computed = ({ log }: Done) => log.filter((line) => line.includes('run once for each of 60 images')).length;
const lossesOf = ({ epochs }: Recorded) => [...epochs.values()].map(({ train }) => train.loss);

describe('a frozen backbone', () => {
  let first: Done;
  beforeAll(async () => {
    first = await trained('job_features', FROZEN);
  });

  it('is run once for each image, and not again by the next job', async () => {
    expect(computed(first)).toBe(1);
    const second = await trained('job_again', FROZEN);
    expect(computed(second)).toBe(0);
    expect(second.log).toContainEqual(expect.stringContaining('were there from another job'));
    expect(await bytesOf(second)).toEqual(await bytesOf(first));
  });

  it('has the weights of its file in each checkpoint', async () => {
    const weights = backboneWeights(backbone.graph, FILE);
    expect(weights.size).toBe(6);
    const tensors = await tensorsOf(first);
    for (const [name, values] of weights) expect(tensors.get(`body/${name}`)?.data).toEqual(values);
    expect(tensors.has('top/kernel')).toBe(true);
    expect([...tensors.keys()].filter((name) => name.startsWith('optimizer/') && name.includes('body'))).toEqual([]);
  });

  it('teaches the same as one that is run in each step', async () => {
    const whole = await trained('job_whole', IN_EACH_STEP);
    expect(computed(whole)).toBe(0);
    lossesOf(whole).forEach((loss, epoch) => {
      expect(lossesOf(first)[epoch]).toBeCloseTo(loss, 4);
    });
    expect(whole.trained?.test?.loss).toBeCloseTo(first.trained?.test?.loss ?? Number.NaN, 4);
  });

  it('is exported together with its head, as one file', async () => {
    const tensors = await tensorsOf(first);
    const { graph, labels } = compileTrainedPredictor(
      { spec: parseModelSpec({ layers: FROZEN }), normalization: 'symmetric', dataset: trainer.dataset },
      tensors,
    );
    expect(labels).toHaveLength(3);
    const pixels = Uint8Array.from({ length: 8 * 8 * 3 }, (_, i) => (i * 7919) % 256);
    const found = await run(graph.onnx, { dtype: 'uint8', shape: [1, 8, 8, 3], data: pixels });
    // The features from the file itself, and the head by hand.
    const planar = Float32Array.from(pixels, (_, i) => (pixels[(i % 64) * 3 + Math.floor(i / 64)] * 2) / 255 - 1);
    const nodes = CLASSIFIER.nodes.slice(0, 5);
    const features = await run(onnxFile({ ...CLASSIFIER, nodes, output: [6] }), float32Tensor(planar, [1, 3, 8, 8]));
    const kernel = tensors.get('top/kernel')?.data ?? new Float32Array();
    const bias = tensors.get('top/bias')?.data ?? new Float32Array();
    const scores = Array.from(bias, (start, unit) =>
      features.reduce((sum, feature, i) => sum + feature * kernel[i * 3 + unit], start),
    );
    const total = scores.reduce((sum, score) => sum + Math.exp(score), 0);
    scores.forEach((score, unit) => {
      expect(found[unit]).toBeCloseTo(Math.exp(score) / total, 5);
    });
  });

  it('changes no bit where the training is interrupted', async () => {
    let deaths = 0;
    const interrupted = await trained('job_interrupted', FROZEN, OPTIONS, (report, when) => {
      const isDeath =
        report.type === 'checkpoint' && when === 'after' && report.checkpoint.step % 4 === 0 && deaths < 3;
      if (isDeath) deaths += 1;
      return isDeath;
    });
    expect(deaths).toBe(3);
    expect(await bytesOf(interrupted)).toEqual(await bytesOf(first));
    expect(interrupted.trained?.test).toEqual(first.trained?.test);
  });

  it('is run on each image anew where images change', async () => {
    const augmented = await trained('job_augmented', FROZEN, {
      ...OPTIONS,
      epochs: 1,
      augmentation: { horizontal_flip: true },
    });
    expect(computed(augmented)).toBe(0);
    expect(augmented.trained).not.toBeNull();
  });
});

describe('a backbone that is trained', () => {
  it('begins with the weights of its file and moves them all, but for those that are fixed', async () => {
    const options = { ...OPTIONS, epochs: 6, optimizer: { type: 'adam', learning_rate: 0.01 } } as const;
    const job = await trained('job_tuned', TRAINED, options);
    expect(computed(job)).toBe(0);
    const losses = lossesOf(job);
    expect(losses[losses.length - 1]).toBeLessThan(0.9 * losses[0]);
    const tensors = await tensorsOf(job);
    for (const [name, values] of backboneWeights(backbone.graph, FILE)) {
      const now = tensors.get(`body/${name}`)?.data ?? values;
      const moved = now.reduce((most, value, i) => Math.max(most, Math.abs(value - values[i])), 0);
      // A bias in front of a batch normalisation has no gradient but rounding.
      expect(moved, name).toBeGreaterThan(name === 'conv_1.bias' ? -1 : 1e-4);
    }
  });
});

it('says so where onnxruntime does not run a node that the file keeps', async () => {
  const odd = { ...node('NoSuchOperator', ['r1'], 'odd'), domain: 'com.microsoft' };
  const nodes = [...CLASSIFIER.nodes.slice(0, 3), odd, node('GlobalMaxPool', ['odd'], 'pool')];
  const file = onnxFile({
    ...{ input: CLASSIFIER.input, tensors: CLASSIFIER.tensors, nodes, output: [6, 1, 1] },
    opsets: { '': 17, 'com.microsoft': 1 },
    values: [{ name: 'odd', dtype: 'float32', shape: ['n', 6, 8, 8] }],
  });
  const id = newId('backbone');
  await trainer.store.write(backboneKey(id), file);
  const layers = [{ type: 'onnx_backbone', name: 'body', backbone_id: id, graph: graphOf(file, 'pool') }, top];
  await expect(trained('job_odd', layers)).rejects.toMatchObject({
    code: 'invalid_backbone',
    message: expect.stringMatching(/keeps NoSuchOperator "odd".*NoSuchOperator/s),
  });
});

it('a node that is kept runs in each step where images change, several steps in one run', async () => {
  const nodes = [
    ...CLASSIFIER.nodes.slice(0, 3),
    node('Shape', ['r1'], 'shape'),
    node('Slice', ['shape', 'zero', 'two', 'zero'], 'front'),
    node('Concat', ['front', 'sides'], 'sizes', { axis: 0 }),
    node('Resize', ['r1', '', '', 'sizes'], 'small', { mode: 'linear' }),
    node('GlobalMaxPool', ['small'], 'pool'),
  ];
  const tensors = [...CLASSIFIER.tensors, integers('zero', [0]), integers('two', [2]), integers('sides', [5, 5])];
  const file = onnxFile({ input: CLASSIFIER.input, tensors, nodes, output: [6, 1, 1] });
  const id = newId('backbone');
  await trainer.store.write(backboneKey(id), file);
  const body = { type: 'onnx_backbone', name: 'body', backbone_id: id, graph: graphOf(file, 'pool') };
  const layers = [{ type: 'dropout', name: 'none', rate: 0 }, body, top];
  const whole = await trained('job_resized', layers);
  expect(computed(whole)).toBe(0);
  const onFeatures = await trained('job_resized_once', [body, top]);
  expect(computed(onFeatures)).toBe(1);
  lossesOf(whole).forEach((loss, epoch) => {
    expect(lossesOf(onFeatures)[epoch]).toBeCloseTo(loss, 4);
  });
});

it('says so where the file is gone, or is another', async () => {
  const id = newId('backbone');
  const lost = [{ ...backbone, backbone_id: id }, top];
  await expect(trained('job_lost', lost)).rejects.toMatchObject({ code: 'invalid_backbone' });
  await trainer.store.write(backboneKey(id), onnxFile({ ...CLASSIFIER, tensors: [...CLASSIFIER.tensors].reverse() }));
  await expect(trained('job_changed', lost)).rejects.toMatchObject({ code: 'invalid_backbone' });
});
