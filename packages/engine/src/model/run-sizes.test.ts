import { describe, expect, it } from 'vitest';
import { stepsPerRun } from './run-sizes.js';

const SMALL = { device: 'cuda', threads: 1, stepFlops: 1e9, inputBytes: 100_000, stateBytes: 1_000_000 } as const;

describe('stepsPerRun on CUDA', () => {
  it('covers an epoch in the fewest runs, so that weights stay on the device', () => {
    expect(stepsPerRun({ ...SMALL, stepsPerEpoch: 1000 })).toBe(50);
    expect(stepsPerRun({ ...SMALL, stepsPerEpoch: 128 })).toBe(64);
    expect(stepsPerRun({ ...SMALL, stepsPerEpoch: 97 })).toBe(48);
    expect(stepsPerRun({ ...SMALL, stepsPerEpoch: 20 })).toBe(20);
    expect(stepsPerRun({ ...SMALL, stepsPerEpoch: 1 })).toBe(1);
    expect(stepsPerRun(SMALL)).toBe(64);
  });

  it('is bounded by the time of a run, which no stop comes into, and by what goes in', () => {
    expect(stepsPerRun({ ...SMALL, stepsPerEpoch: 1000, stepFlops: 5e10 })).toBe(10);
    expect(stepsPerRun({ ...SMALL, stepsPerEpoch: 1000, stepFlops: 1e12 })).toBe(1);
    expect(stepsPerRun({ ...SMALL, stepsPerEpoch: 1000, inputBytes: 8 * 2 ** 20 })).toBe(8);
    expect(stepsPerRun({ ...SMALL, stepsPerEpoch: 1000, inputBytes: 2 ** 30 })).toBe(1);
  });

  it('is longer where the state is large beside the time of a step, up to a second', () => {
    const large = { ...SMALL, device: 'cpu', stepsPerEpoch: 1000, isBlocked: true, stepFlops: 1.5e10 } as const;
    expect(stepsPerRun(large)).toBe(4);
    expect(stepsPerRun({ ...large, stateBytes: 1e8 })).toBe(8);
    expect(stepsPerRun({ ...large, stateBytes: 1e9 })).toBe(8);
    expect(stepsPerRun({ ...large, stateBytes: 1e9, stepFlops: 1.5e11 })).toBe(1);
  });

  it('stays a power of two on the CPU', () => {
    expect(stepsPerRun({ ...SMALL, device: 'cpu', stepsPerEpoch: 1000, stepFlops: 1e6 })).toBe(16);
    expect(stepsPerRun({ ...SMALL, device: 'cpu', stepsPerEpoch: 20, stepFlops: 1e6 })).toBe(16);
  });
});
