/**
 * Makes the inputs of runs ready before they begin, in the order of the training: while one run is computed the images of the next are
 * changed and its masks drawn, in a thread, and those of the run after it are read.
 */
import { type MixedRows, permutation, type RandomInput } from '@trainyard/engine';
import { OnDemand } from '../on-demand.js';
import type { StepRunner } from '../step-runner.js';
import type { TrainingSplit } from '../training-data.js';
import { allocateBatches, type BatchBuffer, copyBatches, fillBatches } from './batches.js';
import { mixLabels } from './mix-labels.js';
import type { Preparation } from './preparation.js';

export interface RunInputsOptions {
  runners: Pick<Runners, 'several' | 'single'>;
  preparation: Preparation;
  split: TrainingSplit;
  batchSize: number;
  seed: number;
  /** Epochs are counted from 1. */
  firstEpoch: number;
  lastEpoch: number;
  /** Steps of the first epoch that are done already: it goes on behind them. */
  stepsDone: number;
}

/** The compiled steps of a training. */
export interface Runners {
  /** Of several steps at once, where the plan says so. */
  several: StepRunner | null;
  /** For what fills no run of several steps: where there are such, the first of these comes only at the end of an epoch. */
  single: OnDemand<StepRunner> | null;
}

/** One run, ready to begin. */
export interface RunInput {
  runner: StepRunner;
  /** Used again for the run after the next. */
  batches: BatchBuffer;
  /** The run's first step over the whole training, from 1. */
  firstStep: number;
  /** Whether the runner's random inputs are drawn already. */
  isDrawn: boolean;
}

/** How many steps the blocks of an epoch hold: as many full ones of `stepsPerRun` as fit, then single ones. */
export function blockSizes(steps: number, stepsPerRun: number): number[] {
  const full = stepsPerRun > 1 ? Math.floor(steps / stepsPerRun) : 0;
  return [...Array<number>(full).fill(stepsPerRun), ...Array<number>(steps - full * stepsPerRun).fill(1)];
}

interface PlannedRun {
  /** Of the whole training that is left, from 0. */
  number: number;
  epoch: number;
  order: Uint32Array;
  /** The run's first batch in the epoch. */
  first: number;
  firstStep: number;
  runner: StepRunner | OnDemand<StepRunner>;
}

/** A run that is being made ready. Errors are thrown where it is taken. */
interface ComingRun {
  plan: PlannedRun;
  runner: StepRunner;
  /** Where a thread changes what is read; answers the numbers of the images. */
  reading: Promise<Uint32Array> | null;
  prepared: Promise<PreparedRun> | null;
}

interface PreparedRun {
  mixed: MixedRows | null;
  /** Where its batches lie; null where that is the runner's own memory. */
  slot: BatchBuffer | null;
  isDrawn: boolean;
}

/** Random numbers of a runner: a thread draws them to memory that it shares, which native code refuses. */
interface SharedRandom {
  input: RandomInput;
  own: Uint8Array | Float32Array;
  shared: Uint8Array | Float32Array;
}

/** Beside the run that is taken: one is prepared, one is read. */
const AHEAD = 2;

export class RunInputs {
  readonly #options: RunInputsOptions;
  readonly #plans: Iterator<PlannedRun>;
  /** What comes next, the first one first. */
  readonly #planned: PlannedRun[] = [];
  readonly #coming: ComingRun[] = [];
  /** What is read for a run lies here until a thread has changed it. */
  readonly #slots = new Map<StepRunner, readonly [BatchBuffer, BatchBuffer]>();
  readonly #random = new Map<StepRunner, readonly SharedRandom[]>();

  constructor(options: RunInputsOptions) {
    this.#options = options;
    this.#plans = planRuns(options);
    this.#plan();
  }

  /** Of the run that comes next; null behind the last one. */
  get nextEpoch(): number | null {
    return this.#planned.at(0)?.epoch ?? null;
  }

  /** Opens what the runs that are made ready beside the next one need, so that this is no part of its time. */
  async open(): Promise<void> {
    for (const [ahead, plan] of this.#planned.entries()) {
      const { runner } = plan;
      // Only to be read so early it is not opened: the first run would wait for it.
      if (ahead === AHEAD && runner instanceof OnDemand && !runner.isAskedFor) return;
      const opened = runner instanceof OnDemand ? await runner.get() : runner;
      if (this.#coming.some((run) => run.plan === plan)) continue;
      this.#coming.push({ plan, runner: opened, reading: null, prepared: null });
    }
  }

  /** The run that comes next, once it is ready; what is made ready while it is computed has then begun. Call `open` before. */
  async take(): Promise<RunInput> {
    const [run] = this.#coming;
    if (!run) throw new RangeError('There is no run left, or it was not opened');
    this.#read(run);
    const input = this.#deliver(run, await this.#prepare(run));
    this.#coming.shift();
    this.#planned.shift();
    this.#plan();
    const [next, afterNext] = this.#coming;
    if (next) {
      this.#read(next);
      this.#prepare(next);
    }
    if (afterNext) this.#read(afterNext);
    return input;
  }

  /** Nothing goes on to read or to write afterwards. */
  async close(): Promise<void> {
    await Promise.allSettled(this.#coming.flatMap(({ reading, prepared }) => [reading, prepared]));
  }

  #plan(): void {
    while (this.#planned.length <= AHEAD) {
      const next = this.#plans.next();
      if (next.done) return;
      this.#planned.push(next.value);
    }
  }

  /** Images that a thread changes are read to its memory. */
  #read(run: ComingRun): void {
    const { preparation } = this.#options;
    if (run.reading || !preparation.changes || !preparation.threadFor(run.runner)) return;
    run.reading = quiet(this.#fill(run, this.#slotOf(run)));
  }

  #prepare(run: ComingRun): Promise<PreparedRun> {
    run.prepared ??= quiet(this.#makeReady(run));
    return run.prepared;
  }

  async #makeReady(run: ComingRun): Promise<PreparedRun> {
    const { preparation, seed } = this.#options;
    const { runner, reading } = run;
    const { epoch, firstStep } = run.plan;
    const thread = preparation.threadFor(runner);
    const random = thread ? this.#randomOf(runner).map(({ input, shared }) => ({ input, memory: shared })) : [];
    const workOn = ({ images }: BatchBuffer, indices: Uint32Array) => ({ images, indices, epoch, firstStep });
    if (thread && reading) {
      const slot = this.#slotOf(run);
      const images = workOn(slot, await reading);
      return { mixed: await thread.prepare({ seed, firstStep, images, random }), slot, isDrawn: true };
    }
    const drawing = thread?.prepare({ seed, firstStep, images: null, random });
    const batches = this.#buffersOf(run);
    const filling = this.#fill(run, batches);
    for (const done of await Promise.allSettled([drawing, filling])) if (done.status === 'rejected') throw done.reason;
    const mixed = preparation.doHere({ images: workOn(batches, await filling) });
    return { mixed, slot: null, isDrawn: thread !== null };
  }

  /** Now, and not before: until here the run before it has used what the runner takes. */
  #deliver(run: ComingRun, { mixed, slot, isDrawn }: PreparedRun): RunInput {
    const { runner } = run;
    const batches = this.#buffersOf(run);
    if (slot) copyBatches(slot, batches);
    if (mixed) mixLabels(batches, mixed);
    if (isDrawn) for (const { shared, own } of this.#randomOf(runner)) own.set(shared);
    return { runner, batches, firstStep: run.plan.firstStep, isDrawn };
  }

  #fill({ plan: { order, first }, runner }: ComingRun, to: BatchBuffer): Promise<Uint32Array> {
    const { split, batchSize } = this.#options;
    return fillBatches(to, split, { order, first, batches: runner.step.stepsPerRun }, batchSize);
  }

  #buffersOf({ runner, plan }: ComingRun): BatchBuffer {
    return runner.buffers[plan.number % 2];
  }

  #slotOf({ runner, plan }: ComingRun): BatchBuffer {
    const known = this.#slots.get(runner);
    if (known) return known[plan.number % 2];
    const slots = [allocateBatches(runner.step, SharedArrayBuffer), allocateBatches(runner.step, SharedArrayBuffer)];
    this.#slots.set(runner, [slots[0], slots[1]]);
    return slots[plan.number % 2];
  }

  #randomOf(runner: StepRunner): readonly SharedRandom[] {
    const known = this.#random.get(runner);
    if (known) return known;
    const random = [...runner.random].map(([input, own]) => ({ input, own, shared: sharedLike(own) }));
    this.#random.set(runner, random);
    return random;
  }
}

function sharedLike(memory: Uint8Array | Float32Array): Uint8Array | Float32Array {
  const shared = new SharedArrayBuffer(memory.byteLength);
  return memory instanceof Uint8Array ? new Uint8Array(shared) : new Float32Array(shared);
}

/** Behind a checkpoint between two runs come the runs that would have come there anyway. */
function* planRuns(options: RunInputsOptions): Generator<PlannedRun, undefined> {
  const { runners, split, batchSize, seed, firstEpoch, lastEpoch, stepsDone } = options;
  const steps = Math.ceil(split.count / batchSize);
  let number = 0;
  for (let epoch = firstEpoch; epoch <= lastEpoch; epoch++) {
    const order = permutation(split.count, seed, epoch);
    let first = epoch === firstEpoch ? stepsDone : 0;
    for (const size of blockSizes(steps - first, runners.several?.step.stepsPerRun ?? 1)) {
      const runner = size > 1 ? runners.several : runners.single;
      if (!runner) throw new RangeError(`No step was compiled for blocks of ${size}`);
      yield { number, epoch, order, first, firstStep: (epoch - 1) * steps + first + 1, runner };
      first += size;
      number += 1;
    }
  }
}

/** What it fails with is thrown where it is waited for, which may be later. */
function quiet<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}
