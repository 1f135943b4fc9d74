/** What early stopping knows of a training: which figure is better, and how long none was. */
import type { EarlyStopping, EarlyStoppingState, EpochMetrics } from '@trainyard/contracts';
import { monitoredFigure } from './monitored-figure.js';

type Figures = Pick<EpochMetrics, 'train' | 'validation'>;

export class Patience {
  readonly #rule: EarlyStopping | null;
  #state: EarlyStoppingState;

  /** @param rule null where the training does not stop early: figures are compared by their loss */
  constructor(rule: EarlyStopping | null, state: EarlyStoppingState | null) {
    this.#rule = rule;
    this.#state = state ?? { best: null, wait: 0 };
  }

  /** What a checkpoint has to keep. */
  get state(): EarlyStoppingState | undefined {
    return this.#rule === null ? undefined : this.#state;
  }

  get isOver(): boolean {
    return this.#rule !== null && this.#state.wait > 0 && this.#state.wait >= this.#rule.patience;
  }

  afterEpoch(row: Figures): void {
    const figure = this.#rule === null ? undefined : monitoredFigure(this.#rule.monitor, row);
    if (this.#rule === null || figure === undefined) return;
    const { best, wait } = this.#state;
    const isBetter = best === null || this.isBetter(figure, best, this.#rule.min_delta);
    this.#state = isBetter ? { best: figure, wait: 0 } : { best, wait: wait + 1 };
  }

  /** The figure by which checkpoints are compared: the monitored one where there is such, else the loss. */
  figureOf(row: Figures): number {
    const monitored = this.#rule === null ? undefined : monitoredFigure(this.#rule.monitor, row);
    return monitored ?? (row.validation ?? row.train).loss;
  }

  isBetter(figure: number, than: number, by = 0): boolean {
    return this.#rule?.mode === 'max' ? figure > than + by : figure < than - by;
  }
}
