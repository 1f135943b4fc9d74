/** Every two of the tested jobs, and whether one is better than the other. */

import { setImmediate as nextTurn } from 'node:timers/promises';
import { type ComparedPredictions, comparePredictions, holm, type PairComparison } from '@trainyard/analysis';
import type { JobPair } from '@trainyard/contracts';

const LEVEL = 0.05;

export interface ComparedPairs {
  pairs: JobPair[];
  /** Why a pair is not there. */
  notes: string[];
}

/** By job. The p-values are adjusted for the number of pairs. */
export async function comparePairs(tested: ReadonlyMap<string, ComparedPredictions>): Promise<ComparedPairs> {
  const ids = [...tested.keys()];
  const found: { first: string; second: string; pair: PairComparison }[] = [];
  const notes: string[] = [];
  for (const [i, first] of ids.entries()) {
    for (const second of ids.slice(i + 1)) {
      // Others have their turn between two pairs.
      await nextTurn();
      const result = compare(tested, first, second);
      if ('reason' in result) notes.push(`${first} and ${second}: ${result.reason}.`);
      else found.push({ first, second, pair: result });
    }
  }
  const adjusted = holm(found.map(({ pair }) => pair.test.p_value));
  const pairs = found.map(({ first, second, pair }, i) => ({
    first,
    second,
    ...pair,
    test: { ...pair.test, p_value_adjusted: adjusted[i], is_significant: adjusted[i] < LEVEL },
  }));
  return { pairs, notes };
}

function compare(tested: ReadonlyMap<string, ComparedPredictions>, first: string, second: string) {
  const [a, b] = [tested.get(first), tested.get(second)];
  return a && b ? comparePredictions(a, b) : { reason: 'one of them was not tested' };
}
