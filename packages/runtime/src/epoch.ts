/** One pass over the train split: blocks of steps in the epoch's own order, each block one `session.run`. */

import { setImmediate as nextTurn } from 'node:timers/promises';
import { permutation, type StateTensor } from '@trainyard/engine';
import type { BatchAugmenter } from './batch-augmenter.js';
import { type BatchBuffer, fillBatches } from './batches.js';
import { OnDemand } from './on-demand.js';
import type { StepResult, StepRunner } from './step-runner.js';
import type { TrainState } from './train-state.js';
import type { TrainingSplit } from './training-data.js';

/** The compiled steps of a training: one that runs several steps at once, where the plan says so, and a single one. */
export interface Runners {
  several: StepRunner | null;
  /** For what fills no run of several steps: where there are such, the first of these comes only at the end of an epoch. */
  single: OnDemand<StepRunner> | null;
  /** What each of them takes in and gives back. */
  state: readonly StateTensor[];
}

export interface EpochOptions {
  runners: Runners;
  /** Null where images are trained on as they are. */
  augmenter: BatchAugmenter | null;
  state: TrainState;
  split: TrainingSplit;
  batchSize: number;
  seed: number;
  /** Counted from 1. */
  epoch: number;
  /** Steps done before this epoch. */
  stepsBefore: number;
  /** Steps of this epoch that are done already: it goes on behind them. */
  stepsDone: number;
  learningRate: (step: number) => number;
  /** Steps that were done before the optimizer began. */
  optimizerStart?: number;
  signal: AbortSignal;
}

/** What one run gave. The arrays are used again by the run after the next. */
export interface RunResult {
  /** The run's first step over the whole training, from 1. */
  firstStep: number;
  steps: LabelledStep[];
  /** With the time that its batches, or the next ones, held it up. */
  seconds: number;
}

/** What a step gave, and what it was given. */
export interface LabelledStep extends StepResult {
  /** Of the whole batch. */
  labels: Int32Array | Float32Array;
  /** Rows that are real. */
  rows: number;
}

interface Gathered {
  runner: StepRunner;
  batches: BatchBuffer;
}

interface Block {
  runner: StepRunner | OnDemand<StepRunner>;
  /** Batches of its run. */
  size: number;
  /** The block's first batch in the epoch. */
  first: number;
}

/** How many steps the blocks of an epoch hold: as many full ones of `stepsPerRun` as fit, then single ones. */
export function blockSizes(steps: number, stepsPerRun: number): number[] {
  const full = stepsPerRun > 1 ? Math.floor(steps / stepsPerRun) : 0;
  return [...Array<number>(full).fill(stepsPerRun), ...Array<number>(steps - full * stepsPerRun).fill(1)];
}

/** Trains one epoch and yields after each run. Aborting the signal ends it between two runs. */
export async function* trainEpoch(options: EpochOptions): AsyncGenerator<RunResult> {
  const { state, signal, seed, stepsBefore, learningRate, optimizerStart } = options;
  const blocks = planBlocks(options);
  const gather = prepareGather(options);
  let next = gather(blocks, 0);
  try {
    for (let index = 0; next !== null; index++) {
      // Before the clock: how long it takes to open says nothing of the run.
      const following = blocks[index + 1]?.runner;
      if (following instanceof OnDemand) await following.get();
      const startedAt = performance.now();
      const { runner, batches }: Gathered = await next;
      next = gather(blocks, index + 1);
      await nextTurn();
      signal.throwIfAborted();
      const firstStep = stepsBefore + blocks[index].first + 1;
      const steps = await runner.run(state, batches, { firstStep, seed, learningRate, optimizerStart });
      const seconds = (performance.now() - startedAt) / 1000;
      yield { firstStep, steps: steps.map((step, k) => ({ ...step, ...labelsOf(batches, k) })), seconds };
    }
  } finally {
    // Another epoch may begin from a checkpoint at once: nothing may go on to write to the buffers.
    await next?.catch(() => {});
  }
}

function labelsOf({ labels, rows }: BatchBuffer, k: number): Pick<LabelledStep, 'labels' | 'rows'> {
  const size = labels.length / rows.length;
  return { labels: labels.subarray(k * size, (k + 1) * size), rows: rows[k] };
}

/** Behind a checkpoint between two blocks come the blocks that would have come there anyway. */
function planBlocks({ runners, split, batchSize, stepsDone }: EpochOptions): Block[] {
  const steps = Math.ceil(split.count / batchSize) - stepsDone;
  let first = stepsDone;
  return blockSizes(steps, runners.several?.step.stepsPerRun ?? 1).map((size) => {
    const runner = size > 1 ? runners.several : runners.single;
    if (!runner) throw new RangeError(`No step was compiled for blocks of ${size}`);
    const block = { runner, size, first };
    first += size;
    return block;
  });
}

/**
 * Gathers a block's batches, null behind the last; called for the next block before the current one runs, so that disk and
 * compute overlap.
 */
function prepareGather({ split, batchSize, seed, epoch, stepsBefore, augmenter }: EpochOptions) {
  const order = permutation(split.count, seed, epoch);
  const fill = async ({ runner: found, size: batches, first }: Block, index: number): Promise<Gathered> => {
    const runner = found instanceof OnDemand ? await found.get() : found;
    const buffer = runner.buffers[index % 2];
    const slice = { order, first, batches };
    if (augmenter) await augmenter.fill(buffer, split, slice, { epoch, firstStep: stepsBefore + first + 1 });
    else await fillBatches(buffer, split, slice, batchSize);
    return { runner, batches: buffer };
  };
  return (blocks: Block[], index: number): Promise<Gathered> | null => {
    if (index === blocks.length) return null;
    const gathered = fill(blocks[index], index);
    gathered.catch(() => {});
    return gathered;
  };
}
