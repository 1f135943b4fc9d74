import { createHash } from 'node:crypto';
import { type CustomAugmentation, resolveAugmentation, resolveLoss, resolveOptimizer } from '@trainyard/contracts';
import {
  allocateRandom,
  buildModel,
  compileTrainStep,
  fillRandom,
  parseModelSpec,
  permutation,
  preprocessingFor,
} from '@trainyard/engine';
import { afterAll, describe, expect, it } from 'vitest';
import { OnDemand } from '../on-demand.js';
import { StepRunner } from '../step-runner.js';
import type { TrainingSplit } from '../training-data.js';
import { Preparation } from './preparation.js';
import { blockSizes, RunInputs } from './run-inputs.js';

/** Large enough for the random numbers of two steps to be worth a thread, and for those of one not to be. */
const SIDE = 72;
const image = { width: SIDE, height: SIDE, channels: 3 } as const;
const BYTES = SIDE * SIDE * image.channels;
const BATCH = 4;
/** Two runs of two steps, and one of a short batch. */
const COUNT = 18;
const SEED = 3;

const LAYERS = [
  { type: 'dropout', rate: 0.5 },
  { type: 'gaussian_noise', stddev: 0.1 },
  { type: 'flatten' },
  { type: 'dense', units: 'classes', activation: 'softmax' },
];

const model = buildModel(parseModelSpec({ layers: LAYERS }), { image, classes: 2 });

/** What is to be released behind the tests. */
const opened: { release(): Promise<void> }[] = [];
afterAll(async () => {
  for (const each of opened) await each.release();
});

async function openRunner(stepsPerRun: number, mixed: boolean): Promise<StepRunner> {
  const step = compileTrainStep(model, {
    batchSize: BATCH,
    optimizer: resolveOptimizer(),
    loss: resolveLoss('categorical_crossentropy'),
    preprocessing: preprocessingFor('unit', { mean: [0.5], std: [0.5] }, image.channels),
    stepsPerRun,
    mixed,
  });
  const runner = await StepRunner.open(step, { device: 'cpu', threads: 1 });
  opened.push(runner);
  return runner;
}

function split(read: 'at once' | 'later'): TrainingSplit {
  const copy = (indices: ArrayLike<number>, out: Uint8Array) => {
    for (let row = 0; row < indices.length; row++) {
      for (let i = 0; i < BYTES; i++) out[row * BYTES + i] = (7 * indices[row] + 13 * i) % 256;
    }
  };
  return {
    count: COUNT,
    labels: Int32Array.from({ length: COUNT }, (_, index) => index),
    readImages(indices, out) {
      if (read === 'at once') return copy(indices, out);
      return new Promise((resolve) => setTimeout(() => resolve(copy(indices, out)), 2));
    },
  };
}

function inputsOf(
  runners: { several: StepRunner; single: StepRunner },
  more: { preparation: Preparation; split: TrainingSplit; stepsDone?: number },
): RunInputs {
  const epochs = { firstEpoch: 2, lastEpoch: 3, stepsDone: 0 };
  const single = new OnDemand(async () => runners.single);
  return new RunInputs({ runners: { ...runners, single }, batchSize: BATCH, seed: SEED, ...epochs, ...more });
}

async function openRunners(mixed = false) {
  return { several: await openRunner(2, mixed), single: await openRunner(1, mixed) };
}

function digest(memory: Uint8Array | Float32Array): string {
  return createHash('sha256').update(memory).digest('hex');
}

/** What each run takes; of its random inputs whether they are those of its steps. */
async function taken(inputs: RunInputs) {
  const runs = [];
  while (inputs.nextEpoch !== null) {
    const epoch = inputs.nextEpoch;
    await inputs.open();
    const { runner, batches, firstStep, isDrawn } = await inputs.take();
    // What goes on meanwhile must not change what the run takes.
    await new Promise((resolve) => setTimeout(resolve, 20));
    const { labels, weights, mixture, rows } = structuredClone(batches);
    const images = digest(batches.images);
    const random = [...runner.random].map(([input, memory]) => {
      const expected = allocateRandom(input, runner.step.stepsPerRun);
      fillRandom(input, SEED, firstStep, expected);
      return digest(memory) === digest(expected);
    });
    runs.push({ at: { epoch, firstStep }, inputs: { images, labels, weights, mixture, rows }, isDrawn, random });
  }
  await inputs.close();
  return runs;
}

const MOVED: CustomAugmentation = { rotation: 0.1, gaussian_noise: 0.1 };
const MIXED: CustomAugmentation = { ...MOVED, mixup: { alpha: 1 }, cutmix: { alpha: 1 } };

function prepare(options: CustomAugmentation | null, isApart: boolean): Preparation {
  const augmentation = options && resolveAugmentation(options, image.channels);
  return new Preparation(augmentation && { augmentation, image, batchSize: BATCH, seed: SEED }, isApart);
}

describe('blockSizes', () => {
  it('takes full blocks first and the rest one by one', () => {
    expect(blockSizes(11, 4)).toEqual([4, 4, 1, 1, 1]);
    expect(blockSizes(8, 4)).toEqual([4, 4]);
    expect(blockSizes(3, 4)).toEqual([1, 1, 1]);
    expect(blockSizes(3, 1)).toEqual([1, 1, 1]);
  });
});

describe('the inputs of runs', () => {
  it('come in the order of each epoch, over the end of one', async () => {
    const preparation = prepare(null, false);
    const runs = await taken(inputsOf(await openRunners(), { preparation, split: split('at once') }));
    expect(runs.map(({ at }) => [at.epoch, at.firstStep])).toEqual([
      [2, 6],
      [2, 8],
      [2, 10],
      [3, 11],
      [3, 13],
      [3, 15],
    ]);
    const epochs = [2, 3].map((epoch) => runs.filter(({ at }) => at.epoch === epoch));
    expect(epochs.map((each) => each.flatMap(({ inputs }) => [...inputs.labels]))).toEqual(
      [2, 3].map((epoch) => [...permutation(COUNT, SEED, epoch), 0, 0]),
    );
  });

  it('go on behind the steps that are done', async () => {
    const preparation = prepare(null, false);
    const given = { preparation, split: split('at once') };
    const runners = await openRunners();
    const all = await taken(inputsOf(runners, given));
    const rest = await taken(inputsOf(runners, { ...given, stepsDone: 2 }));
    expect(rest.map(({ at, inputs }) => ({ at, inputs }))).toEqual(
      all.slice(1).map(({ at, inputs }) => ({ at, inputs })),
    );
  });

  it.each([
    { what: 'moved', options: MOVED },
    { what: 'mixed', options: MIXED },
  ])('are the same whether a thread or the training prepares them: images are $what', async ({ what, options }) => {
    const runners = await openRunners(what === 'mixed');
    const here = await taken(inputsOf(runners, { preparation: prepare(options, false), split: split('at once') }));
    for (const read of ['at once', 'later'] as const) {
      const preparation = prepare(options, true);
      const apart = await taken(inputsOf(runners, { preparation, split: split(read) }));
      await preparation.close();
      expect(apart.map(({ inputs }) => inputs)).toEqual(here.map(({ inputs }) => inputs));
      expect([apart, here].map((runs) => runs.map(({ isDrawn }) => isDrawn))).toEqual([
        Array(apart.length).fill(true),
        Array(apart.length).fill(false),
      ]);
      expect(apart.flatMap(({ random }) => random)).toEqual(Array(2 * apart.length).fill(true));
    }
  });

  it('have their random numbers drawn by a thread where these are many', async () => {
    const preparation = prepare(null, true);
    const runs = await taken(inputsOf(await openRunners(), { preparation, split: split('at once') }));
    await preparation.close();
    expect(runs.map(({ isDrawn }) => isDrawn)).toEqual([true, true, false, true, true, false]);
    expect(runs.map(({ random }) => random)).toEqual(runs.map(({ isDrawn }) => [isDrawn, isDrawn]));
  });

  it('wait for no step of their last runs before the first one begins', async () => {
    const { several, single } = await openRunners();
    const onDemand = new OnDemand(async () => single);
    const preparation = prepare(null, false);
    const given = { preparation, split: split('at once'), batchSize: BATCH, seed: SEED };
    const epochs = { firstEpoch: 1, lastEpoch: 1, stepsDone: 0 };
    const inputs = new RunInputs({ runners: { several, single: onDemand }, ...given, ...epochs });
    await inputs.open();
    await inputs.take();
    expect(onDemand.isAskedFor).toBe(false);
    await inputs.open();
    expect(onDemand.isAskedFor).toBe(true);
    await inputs.close();
  });

  it('say what went wrong when they are taken, and not before', async () => {
    const failing: TrainingSplit = {
      ...split('at once'),
      readImages: () => Promise.reject(new RangeError('the disk is gone')),
    };
    for (const isApart of [true, false]) {
      const preparation = prepare(MOVED, isApart);
      const inputs = inputsOf(await openRunners(), { preparation, split: failing });
      await inputs.open();
      await expect(inputs.take()).rejects.toThrow('the disk is gone');
      await inputs.close();
      await preparation.close();
    }
  });
});
