/** How far off a forecast of the end is likely to be, by how far the forecasts before it have been off. */

/** Each forecast that is kept was made after so many times the time of the one before. */
const SPACING = 1.1;

/** Fewer than these say nothing. */
const FORECASTS_MIN = 3;

interface Forecast {
  /** Seconds since the start. */
  at: number;
  /** Seconds that were left by it. */
  eta: number;
}

export class ForecastRecord {
  #kept: Forecast[] = [];

  /** Takes note of a forecast; times are in seconds. */
  add(at: number, eta: number): void {
    const last = this.#kept.at(-1);
    if (at > 0 && (last === undefined || at >= last.at * SPACING)) this.#kept.push({ at, eta });
  }

  /**
   * The likely error of the forecast that `eta` seconds are left at the time `at`. Null where it is unknown. Forecasts from
   * the later half of the time had half of what this one knows, or more; by what part of the time left the worst of them
   * was off as seen from now, this one may be. A mean over the time that passed differs from one over the time that is left
   * because of both, so that the shorter one of them counts: hence the root.
   */
  error(at: number, eta: number): number | null {
    const recent = this.#kept.filter((forecast) => forecast.at >= at / 2 && forecast.eta > 0);
    if (recent.length < FORECASTS_MIN) return null;
    const worst = Math.max(...recent.map((then) => Math.abs(at + eta - then.at - then.eta) / then.eta));
    return eta === 0 ? 0 : worst * eta * Math.sqrt(1 + at / eta);
  }
}
