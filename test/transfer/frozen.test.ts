// What is frozen does not move by a bit, what is not does; and where a training is interrupted changes neither.
import type { TrainerReport, TrainingOptions, TransferTask } from '@trainyard/contracts';
import { buildModel, initialParameters, parseModelSpec } from '@trainyard/engine';
import { type CheckpointTensors, readCheckpoint } from '@trainyard/runtime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Killed, type Recorded, TestTrainer } from '../runtime/trainer.js';

/** Whatever else moves weights is there as well: statistics, regularisers, constraints, decay and averages. */
const LAYERS = [
  {
    type: 'conv2d',
    name: 'first',
    filters: 4,
    kernel_size: 3,
    kernel_regularizer: { type: 'l2', l2: 0.1 },
    kernel_constraint: { type: 'max_norm', max_value: 0.1 },
  },
  { type: 'batch_normalization', name: 'norm' },
  { type: 'activation', name: 'relu', activation: 'relu' },
  { type: 'dropout', name: 'drop', rate: 0.2 },
  { type: 'flatten', name: 'flat' },
  { type: 'dense', name: 'hidden', units: 6, activation: 'relu' },
  { type: 'dense', name: 'top', units: 'classes', activation: 'softmax' },
];
const FROZEN = ['first', 'norm'];
const TRAINING: TrainingOptions = {
  epochs: 4,
  batch_size: 8,
  optimizer: { type: 'adamw', learning_rate: 0.01, weight_decay: 0.1 },
  ema: { decay: 0.8 },
  gradient_clip_norm: 1,
  checkpoints: { every_epochs: 2, every_steps: 4, keep: 100 },
};

const frozenFor = (unfreeze: TransferTask['unfreeze']): TransferTask => ({ source: null, frozen: FROZEN, unfreeze });
const TWO_PHASES = frozenFor({ epoch: 2, learning_rate_factor: 0.25 });

let trainer: TestTrainer;
beforeAll(async () => {
  trainer = await TestTrainer.open(20);
});
afterAll(() => trainer.close());

interface Done extends Recorded {
  id: string;
  reports: TrainerReport[];
}

/** Trains to the end, over as many attempts as it dies in. */
async function trained(
  id: string,
  transfer: TransferTask | undefined,
  options: TrainingOptions = TRAINING,
  dies: (report: TrainerReport, when: 'before' | 'after') => boolean = () => false,
): Promise<Done> {
  const reports: TrainerReport[] = [];
  const job: Recorded = { ...trainer.newJob(), ...(transfer ? { transfer } : {}) };
  for (;;) {
    let isDead = false;
    try {
      await trainer.attempt(id, job, LAYERS, options, (report, when) => {
        isDead ||= dies(report, when);
        if (isDead) throw new Killed();
        if (when === 'after') reports.push(report);
      });
      return { ...job, id, reports };
    } catch (error) {
      if (!(error instanceof Killed)) throw error;
    }
  }
}

async function tensorsAt(job: Recorded, step: number): Promise<CheckpointTensors> {
  const checkpoint = job.checkpoints.get(step);
  if (!checkpoint) throw new Error(`there is no checkpoint at step ${step}`);
  return (await readCheckpoint(trainer.store, checkpoint)).tensors;
}

/** The bytes of a checkpoint's weights, by name. */
async function bytesAt(job: Recorded, step: number): Promise<Record<string, string>> {
  const tensors = [...(await tensorsAt(job, step))].filter(([name]) => !/^(optimizer|average)\//.test(name));
  return Object.fromEntries(tensors.map(([name, { data }]) => [name, hex(data)]));
}

function hex(data: Float32Array): string {
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('hex');
}

const isFrozen = (name: string) => FROZEN.includes(name.split('/')[0]);
const linesOf = ({ reports }: Done) => reports.flatMap((report) => (report.type === 'log' ? [report.message] : []));
const digests = ({ checkpoints }: Recorded) => [...checkpoints].map(([step, { digest }]) => [step, digest]);

describe('frozen layers', () => {
  it('have the same bytes in every checkpoint, and all others move', async () => {
    const job = await trained('job_frozen', frozenFor(null));
    const [first, ...later] = await Promise.all([...job.checkpoints.keys()].map((step) => bytesAt(job, step)));
    expect(later.length).toBeGreaterThan(4);
    for (const weights of later) {
      for (const [name, bytes] of Object.entries(weights)) expect(bytes === first[name], name).toBe(isFrozen(name));
    }
    // They are the ones that it began with: a constraint or a decay would have shown at the first step.
    const model = buildModel(parseModelSpec({ layers: LAYERS }), { image: trainer.image, classes: 3 });
    for (const [name, data] of initialParameters(model, 0)) {
      expect(hex(data) === first[name], name).toBe(isFrozen(name));
    }
    const names = [...(await tensorsAt(job, Math.max(...job.checkpoints.keys()))).keys()];
    expect(
      names.filter((name) => /^(optimizer|average)\//.test(name) && FROZEN.some((own) => name.includes(own))),
    ).toEqual([]);
    expect(linesOf(job).join('\n')).toMatch(
      /The frozen layers \(first, norm: 6 tensors, \d+ numbers\) hold the same bytes as at the start, sha256:[0-9a-f]{64}\./,
    );
  });

  it('are trained from the epoch on that says so, at a rate of its own and with an optimizer that begins anew', async () => {
    const job = await trained('job_phases', TWO_PHASES);
    const steps = stepsIn(job);
    const [start, head, end] = await Promise.all([4, steps, 4 * steps].map((step) => bytesAt(job, step)));
    for (const name of Object.keys(start)) {
      expect(head[name] === start[name], name).toBe(isFrozen(name));
      expect(end[name] === head[name], name).toBe(false);
    }
    const rates = [...job.epochs.values()].map(({ learning_rate }) => learning_rate);
    expect(rates).toEqual([0.01, 0.0025, 0.0025, 0.0025]);
    const slots = async (step: number) =>
      [...(await tensorsAt(job, step)).keys()].filter((name) => name.startsWith('optimizer/m/'));
    expect(await slots(steps)).toEqual(
      ['hidden/kernel', 'hidden/bias', 'top/kernel', 'top/bias'].map((name) => `optimizer/m/${name}`),
    );
    expect(await slots(4 * steps)).toHaveLength(8);
    const lines = linesOf(job).join('\n');
    expect(lines).toContain('Epoch 1: these layers are frozen: first, norm.');
    expect(lines).toContain('Epochs 2 to 4: all layers are trained, with 0.25 times the learning rate.');
  });

  it('are not unfrozen by the clock: early stopping waits for the second phase', async () => {
    const impatient = { ...TRAINING, early_stopping: { patience: 1, min_delta: 1000 } };
    const job = await trained('job_patient', frozenFor({ epoch: 4, learning_rate_factor: 0.1 }), {
      ...impatient,
      epochs: 8,
    });
    expect(job.trained?.stop_reason).toBe('early_stopping');
    expect([...job.epochs.values()].map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4, 5]);
  });
});

describe('a training in two phases that is interrupted', () => {
  const withoutTimes = (job: Recorded) =>
    [...job.epochs.values()].map(({ images_per_s: _, duration_s: __, ...row }) => row);

  it('ends with the same bytes and rows where it dies before or after every checkpoint, in turn', async () => {
    const whole = await trained('job_whole', TWO_PHASES);
    const met = new Set<number>();
    const job = await trained('job_dies', TWO_PHASES, TRAINING, (report, when) => {
      if (report.type !== 'checkpoint' || when !== (met.size % 2 === 0 ? 'before' : 'after')) return false;
      if (met.has(report.checkpoint.step)) return false;
      met.add(report.checkpoint.step);
      return true;
    });
    expect(job.attempts).toBeGreaterThan(6);
    expect(digests(job)).toEqual(digests(whole));
    expect(withoutTimes(job)).toEqual(withoutTimes(whole));
    expect([...job.steps.values()]).toEqual([...whole.steps.values()]);
    expect(job.trained).toMatchObject({ test: whole.trained?.test, stop_reason: 'completed' });
  });
});

function stepsIn(job: Recorded): number {
  return Math.min(...job.epochs.keys());
}
