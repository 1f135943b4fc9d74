/** Round numbers for the scales of charts. */

/** Steps of 1, 2 or 5 times a power of ten that lie within [low, high], about `wanted` of them. */
export function ticks(low: number, high: number, wanted: number): number[] {
  if (!(high > low)) return [low];
  return ticksEvery(low, high, tickStep(low, high, wanted));
}

/** Multiples of `step` within [low, high]. */
export function ticksEvery(low: number, high: number, step: number): number[] {
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, index) => Number(((first + index) * step).toPrecision(12)));
}

/** How far apart they are. */
export function tickStep(low: number, high: number, wanted: number): number {
  const rough = (high - low) / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  return power * ([1, 2, 5, 10].find((times) => times * power >= rough) ?? 10);
}

/** Within [low, high], both above 0: powers of ten; over less than three of them, 2 and 5 times those as well. */
export function logTicks(low: number, high: number, wanted: number): number[] {
  const first = Math.floor(Math.log10(low) + 1e-9);
  const last = Math.ceil(Math.log10(high) - 1e-9);
  const times = high / low < 1000 ? [1, 2, 5] : [1];
  const every = Math.max(1, Math.ceil((last - first + 1) / wanted));
  const found: number[] = [];
  for (let power = first; power <= last; power += every) {
    for (const factor of times) {
      const tick = Number(`${factor}e${power}`);
      if (tick >= low * (1 - 1e-9) && tick <= high * (1 + 1e-9)) found.push(tick);
    }
  }
  return found;
}
