// A training step on rows that are made of two images: its loss and its update lie between those of the two labels.
import { resolveLoss, resolveOptimizer } from '@trainyard/contracts';
import {
  buildModel,
  compileTrainStep,
  type DataShape,
  initialParameters,
  parseModelSpec,
  type TrainStepOptions,
} from '@trainyard/engine';
import { StepRunner, TrainState } from '@trainyard/runtime';
import { describe, expect, it } from 'vitest';
import { generator } from './fitting.js';

const BATCH = 4;
const image = { width: 4, height: 4, channels: 1 } as const;
const dense = (units: number | 'classes', activation: string) => [
  { type: 'flatten' },
  { type: 'dense', units, activation },
];

interface Kind {
  layers: object[];
  shape: DataShape;
  options: Pick<TrainStepOptions, 'loss' | 'classWeights' | 'labelSmoothing'>;
  labels: readonly [number[], number[]];
}

const KINDS: Record<string, Kind> = {
  'multiclass, weighted and smoothed': {
    layers: dense('classes', 'softmax'),
    shape: { image, classes: 3, task: 'multiclass' },
    options: { loss: resolveLoss('categorical_crossentropy'), classWeights: [1, 2, 0.5], labelSmoothing: 0.1 },
    labels: [
      [0, 1, 2, 0],
      [1, 1, 0, 2],
    ],
  },
  binary: {
    layers: dense(1, 'sigmoid'),
    shape: { image, classes: 2, task: 'multiclass' },
    options: { loss: resolveLoss('focal') },
    labels: [
      [0, 1, 1, 0],
      [1, 1, 0, 0],
    ],
  },
  multilabel: {
    layers: dense('classes', 'sigmoid'),
    shape: { image, classes: 2, task: 'multilabel' },
    options: { loss: resolveLoss('binary_crossentropy') },
    labels: [
      [0, 1, 1, 1, 0, 0, 1, 0],
      [1, 1, 0, 1, 0, 1, 0, 0],
    ],
  },
  regression: {
    layers: dense('classes', 'linear'),
    shape: { image, classes: 2, task: 'regression' },
    options: { loss: resolveLoss('huber') },
    labels: [
      [0, 1.5, -1, 1, 0.2, 0, 1, 0],
      [1, 1, 0.5, -2, 0, 3, 0, 0],
    ],
  },
};

/** Two labels of each row, and the share of the first; without shares the step has one label. */
interface Given {
  labels: number[];
  mixture?: { others: number[]; shares: number[] };
}

async function step({ layers, shape, options }: Kind, { labels, mixture }: Given) {
  const model = buildModel(parseModelSpec({ layers }), shape);
  const compiled = compileTrainStep(model, {
    ...options,
    batchSize: BATCH,
    optimizer: resolveOptimizer({ type: 'sgd', learning_rate: 0.5 }),
    preprocessing: { scale: [1 / 255], offset: [0] },
    stepsPerRun: 1,
    mixed: mixture !== undefined,
  });
  const runner = await StepRunner.open(compiled, { device: 'cpu', threads: 1 });
  try {
    const [batch] = runner.buffers;
    const random = generator(4);
    batch.images.forEach((_, i) => {
      batch.images[i] = random() * 256;
    });
    batch.labels.set(labels);
    // The last row only fills up.
    batch.weights.set([1, 1, 1, 0]);
    batch.mixture?.otherLabels.set(mixture?.others ?? []);
    batch.mixture?.shares.set(mixture?.shares ?? []);
    const state = new TrainState(compiled.state, initialParameters(model, 1));
    const [{ loss }] = await runner.run(state, batch, { firstStep: 1, seed: 0, learningRate: () => 0.5 });
    return { loss, weights: [...state.values].flatMap(([, values]) => [...values]) };
  } finally {
    await runner.release();
  }
}

const same = (share: number) => Array<number>(BATCH).fill(share);

describe.each(Object.entries(KINDS))('a step of mixed rows: %s', (_, kind) => {
  const [own, others] = kind.labels;

  it('has the loss and the update between those of both labels', async () => {
    const [first, second] = [await step(kind, { labels: own }), await step(kind, { labels: others })];
    const mixed = await step(kind, { labels: own, mixture: { others, shares: same(0.7) } });
    expect(mixed.loss).toBeCloseTo(0.7 * first.loss + 0.3 * second.loss, 5);
    expect(Math.abs(first.loss - second.loss)).toBeGreaterThan(0.01);
    mixed.weights.forEach((weight, i) => {
      expect(weight).toBeCloseTo(0.7 * first.weights[i] + 0.3 * second.weights[i], 5);
    });
  });

  it('counts each row by its own share', async () => {
    const width = own.length / BATCH;
    const shares = [1, 0, 1, 0.4];
    const chosen = own.map((label, i) => (shares[Math.floor(i / width)] === 0 ? others[i] : label));
    const mixed = await step(kind, { labels: own, mixture: { others, shares } });
    const plain = await step(kind, { labels: chosen });
    expect(mixed.loss).toBeCloseTo(plain.loss, 6);
    mixed.weights.forEach((weight, i) => {
      expect(weight).toBeCloseTo(plain.weights[i], 6);
    });
  });
});
