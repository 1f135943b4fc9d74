/**
 * Runs the fit loop phase after phase, each with graphs of its own. A phase begins where the last checkpoint of the one
 * before left off, by the same way as an interrupted training goes on: so both end with the same bytes.
 */
import { TrainyardError } from '@trainyard/contracts';
import type { CompiledTraining } from './compiled-training.js';
import type { FitResult, FitStart } from './fit.js';
import { phaseAt, startIn, type TrainingPhase } from './phases.js';

/** What a phase holds while it runs. */
type Compiled = Pick<CompiledTraining, 'release'>;

export interface PhasedFitOptions<C extends Compiled> {
  readonly phases: readonly TrainingPhase[];
  /** Compiles a phase that is to go on from there. */
  open(phase: TrainingPhase, start: FitStart): Promise<C>;
  /** Where the newest checkpoint left off. */
  newest(): Promise<FitStart | null>;
}

export class PhasedFit<C extends Compiled> {
  readonly #options: PhasedFitOptions<C>;
  #held: { phase: TrainingPhase; compiled: C } | null = null;

  constructor(options: PhasedFitOptions<C>) {
    this.#options = options;
  }

  /** The graphs of the phase that was last open. */
  get current(): C {
    if (this.#held) return this.#held.compiled;
    throw new Error('no phase of the training is open');
  }

  /** The graphs of the phase that comes next; those of another one are released. */
  async open(start: FitStart): Promise<C> {
    const phase = phaseAt(this.#options.phases, start);
    if (this.#held?.phase === phase) return this.#held.compiled;
    await this.release();
    const compiled = await this.#options.open(phase, start);
    this.#held = { phase, compiled };
    return compiled;
  }

  /** What `fit` gives for the last phase, or for the one in which the training ended. */
  async fit(
    start: FitStart,
    fit: (compiled: C, phase: TrainingPhase, start: FitStart) => Promise<FitResult | null>,
  ): Promise<FitResult | null> {
    const { phases, newest } = this.#options;
    for (let from: FitStart | null = start; from !== null; from = await newest()) {
      const phase = phaseAt(phases, from);
      const fitted = await fit(await this.open(from), phase, startIn(phase, from));
      const isOver = fitted?.stopReason !== 'completed' || phase === phases[phases.length - 1];
      if (isOver) return fitted;
    }
    throw new TrainyardError('checkpoint_corrupt', 'The checkpoint between two phases is gone. Train the job again.');
  }

  async release(): Promise<void> {
    const held = this.#held;
    this.#held = null;
    await held?.compiled.release();
  }
}
