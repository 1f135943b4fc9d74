import { describe, expect, it } from 'vitest';
import { blockSizes } from './epoch.js';

describe('blockSizes', () => {
  it('takes full blocks first and the rest one by one', () => {
    expect(blockSizes(11, 4)).toEqual([4, 4, 1, 1, 1]);
    expect(blockSizes(8, 4)).toEqual([4, 4]);
    expect(blockSizes(3, 4)).toEqual([1, 1, 1]);
    expect(blockSizes(3, 1)).toEqual([1, 1, 1]);
  });
});
