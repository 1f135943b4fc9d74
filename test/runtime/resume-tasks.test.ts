// Trainings of several labels and of numbers, too, end with the same bytes and rows when they are interrupted.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CheckpointReference, EpochMetrics, TrainingOptions } from '@trainyard/contracts';
import { type ObjectStore, openObjectStore } from '@trainyard/storage';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CheckpointHistory } from '../../packages/runtime/src/checkpoint-history.js';
import type { TrainingData } from '../../packages/runtime/src/training-data.js';
import { arraySplit, type FitSettings, type Fitted, fitOn, generator } from './fitting.js';

const SIDE = 5;
const WIDTH = 2;
/** Five batches, the last of them short: two runs of two steps and one. */
const COUNT = 37;
const RUNS = 6;

const CASES = {
  multilabel: {
    end: { type: 'dense', units: 'classes', activation: 'sigmoid' },
    data: { task: 'multilabel' },
    training: { loss: 'focal', metrics: ['accuracy', 'f1', 'auc'] },
    labelOf: (random: number) => Number(random > 0.6),
  },
  regression: {
    end: { type: 'dense', units: 'classes' },
    data: { task: 'regression', targets: { mean: [5000, 5000], std: [290, 290] } },
    training: { loss: 'huber', metrics: ['mae', 'rmse'] },
    labelOf: (random: number) => 4500 + 1000 * random,
  },
} as const;
type Task = keyof typeof CASES;

function dataOf(task: Task): TrainingData {
  const split = (count: number, seed: number) => {
    const random = generator(seed);
    const images = Uint8Array.from({ length: count * SIDE * SIDE }, () => Math.floor(random() * 256));
    const labels = Float32Array.from({ length: count * WIDTH }, () => CASES[task].labelOf(random()));
    return arraySplit(images, labels, SIDE * SIDE);
  };
  return { splits: { train: split(COUNT, 1), validation: split(11, 2), test: split(6, 3) } };
}

function train(task: Task, settings: FitSettings): Promise<Fitted> {
  const { end, data, training } = CASES[task];
  const { loss, metrics } = training;
  const options: TrainingOptions = { epochs: 2, batch_size: 8, loss, metrics: [...metrics] };
  const shape = { image: { width: SIDE, height: SIDE, channels: 1 }, classes: WIDTH, ...data } as const;
  const layers = [{ type: 'flatten' }, { type: 'dropout', rate: 0.2 }, { type: 'dense', units: 6 }, end];
  return fitOn(layers, shape, dataOf(task), options, { stepsPerRun: 2, ...settings });
}

let root: string;
let store: ObjectStore;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'resume-tasks-'));
  store = openObjectStore({ root });
});
afterAll(() => rm(root, { recursive: true }));

async function save(id: string, { snapshots }: Fitted): Promise<CheckpointReference> {
  const snapshot = snapshots[snapshots.length - 1];
  const { key, digest } = await new CheckpointHistory(store, { id, attempt: 1 }, []).save(snapshot);
  return { epoch: snapshot.position.epoch, step: snapshot.position.step, key, digest };
}

const withoutTimes = ({ images_per_s: _, duration_s: __, ...row }: EpochMetrics) => row;

describe.each(Object.keys(CASES) as Task[])('a training for %s', (task) => {
  it('ends the same when it is interrupted after any run', async () => {
    const whole = await train(task, {});
    const { digest } = await save('whole', whole);
    for (let place = 1; place < RUNS; place++) {
      const first = await train(task, { order: (run) => (run === place ? 'hand_over' : null) });
      const history = new CheckpointHistory(store, { id: 'job', attempt: 2 }, [await save('job', first)]);
      const second = await train(task, { start: (await history.resume()) ?? undefined });
      expect((await save(`job-${place}`, second)).digest).toBe(digest);
      expect([...first.steps, ...second.steps]).toEqual(whole.steps);
      expect([...first.epochs, ...second.epochs].map(withoutTimes)).toEqual(whole.epochs.map(withoutTimes));
    }
  });
});
