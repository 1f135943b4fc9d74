/** The forecast of a job that was posted without one: what its own first seconds tell. */
import { forecastRange } from '@trainyard/analysis';
import type { JobForecast, JobProgress, Training } from '@trainyard/contracts';

/** Seconds of training that are looked at. */
const LOOK_S = 2;
/** Where so much of it is done by then, there is nothing to forecast. */
const FRACTION_MAX = 0.5;
/** Other work on a machine makes a training longer, not shorter. */
const SPREAD = { below: 0.15, above: 0.3 };

export class FirstSteps {
  readonly #budget: number;
  readonly #takenAt: number;
  #isDone = false;

  /** `takenAt` is when the worker took the job, by `performance.now()`. */
  constructor({ budget }: Pick<Training, 'budget'>, takenAt = performance.now()) {
    this.#budget = budget?.max_seconds ?? Number.POSITIVE_INFINITY;
    this.#takenAt = takenAt;
  }

  /** Once, when enough is known. `elapsed` are the seconds that the job has trained. */
  forecast({ fraction, eta_s: eta }: JobProgress, elapsed: number): JobForecast | null {
    if (this.#isDone || elapsed < LOOK_S) return null;
    this.#isDone = true;
    if (eta === null || fraction > FRACTION_MAX) return null;
    const prepare = (performance.now() - this.#takenAt) / 1000 - elapsed;
    const { low, likely, high } = forecastRange(prepare + Math.min(elapsed + eta, this.#budget), [], SPREAD);
    return {
      source: 'first_steps',
      forecast_id: null,
      duration_s: { low: rounded(low), likely: rounded(likely), high: rounded(high) },
      memory_bytes: null,
    };
  }
}

function rounded(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}
