// Draws integers and choices; the same seed gives the same ones.
import { streamKey, uniformAt } from '../../packages/engine/src/random/counter.js';

export class Dice {
  private readonly key: ReturnType<typeof streamKey>;
  private drawn = 0;

  constructor(seed: number) {
    this.key = streamKey(seed, 2000);
  }

  /** From `low` to `high`, both included. */
  between(low: number, high: number): number {
    return low + Math.floor(uniformAt(this.key, this.drawn++) * (high - low + 1));
  }

  one<T>(choices: readonly T[]): T {
    return choices[this.between(0, choices.length - 1)];
  }

  chance(share: number): boolean {
    return this.between(1, 1000) <= share * 1000;
  }
}
