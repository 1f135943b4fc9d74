import { describe, expect, it } from 'vitest';
import { blockedCases } from './blocked-cases.js';
import { farthestOutput, resultsOf } from './blocked-comparison.js';
import { blocked, portable } from './lowerings.js';

/** Float32 sums in another order; the variance of a batch is a difference of squares there. */
const TOLERANCE = 1e-4;

describe.each(blocked)('an operation with its gradients gives in blocks what it gives otherwise', ({ lower }) => {
  it.each(blockedCases)('$name', async (subject) => {
    const { name, error } = farthestOutput(await resultsOf(subject, lower), await resultsOf(subject, portable.lower));
    expect(error, name).toBeLessThan(TOLERANCE);
  });
});
