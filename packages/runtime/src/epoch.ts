/** One pass over the train split: blocks of steps in the epoch's own order, each block one `session.run`. */

import { setImmediate as nextTurn } from 'node:timers/promises';
import type { BatchBuffer } from './preparation/batches.js';
import type { RunInputs } from './preparation/run-inputs.js';
import type { StepResult } from './step-runner.js';
import type { TrainState } from './train-state.js';

export interface EpochOptions {
  inputs: RunInputs;
  state: TrainState;
  seed: number;
  /** Counted from 1. */
  epoch: number;
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

/** Trains what is left of an epoch and yields after each run. Aborting the signal ends it between two runs. */
export async function* trainEpoch(options: EpochOptions): AsyncGenerator<RunResult> {
  const { inputs, state, epoch, signal, seed, learningRate, optimizerStart } = options;
  while (inputs.nextEpoch === epoch) {
    // Before the clock: how long it takes to open says nothing of the run.
    await inputs.open();
    const startedAt = performance.now();
    const { runner, batches, firstStep, isDrawn } = await inputs.take();
    await nextTurn();
    signal.throwIfAborted();
    const steps = await runner.run(state, batches, { firstStep, seed, learningRate, optimizerStart, isDrawn });
    const seconds = (performance.now() - startedAt) / 1000;
    yield { firstStep, steps: steps.map((step, k) => ({ ...step, ...labelsOf(batches, k) })), seconds };
  }
}

function labelsOf({ labels, rows }: BatchBuffer, k: number): Pick<LabelledStep, 'labels' | 'rows'> {
  const size = labels.length / rows.length;
  return { labels: labels.subarray(k * size, (k + 1) * size), rows: rows[k] };
}
