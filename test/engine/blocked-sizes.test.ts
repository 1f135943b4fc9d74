import { describe, expect, it } from 'vitest';
import { lowerBlocked } from '../../packages/engine/src/lowering/blocked/lower-blocked.js';
import { blockedCases } from './blocked-cases.js';
import { farthestOutput, resultsOf } from './blocked-comparison.js';
import { emulateBlocks } from './emulated-blocks.js';
import { lanes, portable } from './lowerings.js';

const TOLERANCE = 1e-4;
/** AVX2's and AVX-512's. */
const SIZES = [8, 16];

describe.each(SIZES.filter((size) => size !== lanes))('blocks of %i, as other processors have them', (block) => {
  it.each(blockedCases)('$name', async (subject) => {
    const found = await resultsOf(subject, (graph) => emulateBlocks(lowerBlocked(graph, { block }).graph, block));
    const { name, error } = farthestOutput(found, await resultsOf(subject, portable.lower));
    expect(error, name).toBeLessThan(TOLERANCE);
  });
});
