import { describe, expect, it } from 'vitest';
import { lateOptimization } from './start-child.js';

describe('the options of V8', () => {
  it('name none that its version does not know', () => {
    const [node20, node22, node24] = ['11.3.244.8-node.38', '12.4.254.21-node.33', '13.6.233.17-node.48'];
    expect([node20, node22, node24].map(lateOptimization)).toEqual([['--interrupt-budget=1000000'], [], []]);
  });
});
