/** The learning rate of each step of a training, by its schedule; one that follows the figures has a state of its own. */
import type { EpochMetrics, PlateauState, Training } from '@trainyard/contracts';
import { type LearningRates, nextPlateau, scheduleFor, startPlateau } from '@trainyard/engine';
import { monitoredFigure } from './monitored-figure.js';

export class LearningRate {
  readonly #training: Training;
  readonly #stepsPerEpoch: number;
  readonly #factor: number;
  /** What a checkpoint has to keep; null where the rate is a function of the step alone. */
  #state: PlateauState | null;
  #rates: LearningRates;

  /**
   * @param state of the checkpoint that the training goes on from; null at its start
   * @param factor what every rate is multiplied by; a state knows nothing of it
   */
  constructor(training: Training, stepsPerEpoch: number, state: PlateauState | null, factor = 1) {
    this.#training = training;
    this.#stepsPerEpoch = stepsPerEpoch;
    this.#factor = factor;
    const { schedule, optimizer } = training;
    this.#state = schedule.type === 'reduce_on_plateau' ? (state ?? startPlateau(optimizer.learning_rate)) : null;
    this.#rates = this.#lay();
  }

  get state(): PlateauState | null {
    return this.#state;
  }

  /** Of a step counted from 1. */
  at(step: number): number {
    return this.#rates.rate(step) * this.#factor;
  }

  /** Takes note of an epoch's figures. */
  afterEpoch(row: Pick<EpochMetrics, 'train' | 'validation'>): void {
    const { schedule } = this.#training;
    if (schedule.type !== 'reduce_on_plateau' || this.#state === null) return;
    const figure = monitoredFigure(schedule.monitor, row);
    if (figure === undefined) return;
    this.#state = nextPlateau(schedule, this.#state, figure);
    this.#rates = this.#lay();
  }

  #lay(): LearningRates {
    const { schedule, optimizer, epochs } = this.#training;
    return scheduleFor(schedule, {
      learningRate: this.#state?.learning_rate ?? optimizer.learning_rate,
      stepsPerEpoch: this.#stepsPerEpoch,
      totalSteps: epochs * this.#stepsPerEpoch,
    });
  }
}
