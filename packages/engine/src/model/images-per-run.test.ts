import { describe, expect, it } from 'vitest';
import { parseModelSpec } from '../spec/parse.js';
import { buildModel } from './build.js';
import { imagesPerRun } from './images-per-run.js';

const end = [{ type: 'flatten' }, { type: 'dense', units: 'classes', activation: 'softmax' }];

function runOf(side: number, layers: readonly object[]): number {
  const spec = parseModelSpec({ layers: [...layers, ...end] });
  return imagesPerRun(buildModel(spec, { image: { width: side, height: side, channels: 3 }, classes: 10 }));
}

const conv = (filters: number) => ({ type: 'conv2d', filters, kernel_size: 3, padding: 'same' });
const pool = { type: 'global_average_pooling2d' };

describe('the images of one run', () => {
  it('are 32 where what a layer makes of them is small', () => {
    expect(runOf(32, [conv(16), conv(16), pool])).toBe(32);
    expect(runOf(8, [conv(512), pool])).toBe(32);
  });

  it('are 8 where it is large, at any layer', () => {
    expect(runOf(64, [conv(32), pool])).toBe(8);
    expect(runOf(64, [conv(4), conv(32), conv(4), pool])).toBe(8);
    expect(runOf(224, [conv(8), pool])).toBe(8);
  });

  it('are 32 where reading the weights again would take more than groups spare', () => {
    const large = [conv(64), { type: 'max_pooling2d', pool_size: 8 }, conv(512)];
    expect(runOf(32, [...large, pool])).toBe(8);
    expect(runOf(32, [...large, conv(1024), pool])).toBe(32);
  });
});
