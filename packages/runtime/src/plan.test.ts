import type { ModelSummary } from '@trainyard/contracts';
import { describe, expect, it } from 'vitest';
import { machineTraits } from './machine.js';
import { choosePlan } from './plan.js';

/** The summary of a model of which one step takes so many operations. */
function summary(flops: number): ModelSummary {
  return {
    image: { width: 28, height: 28, channels: 1 },
    classes: 10,
    layers: [],
    parameters: 0,
    trainable_parameters: 0,
    batch_size: 32,
    forward_flops: flops / 2,
    backward_flops: flops / 2,
    memory_bytes: { parameters: 0, optimizer: 0, activations: 0, peak: 0 },
  };
}

function stepsPerRun(flops: number, options: { stepsPerEpoch?: number; batchBytes?: number } = {}): number {
  const { stepsPerEpoch = 1000, batchBytes = 25_088 } = options;
  const plan = choosePlan({ device: 'cpu', threads: 2, summary: summary(flops), batchBytes, stepsPerEpoch });
  return plan.steps_per_run;
}

describe('choosePlan', () => {
  it('puts many steps of a small network into one run, and one of a large one', () => {
    expect(stepsPerRun(1e6)).toBe(16);
    expect(stepsPerRun(2.5e9)).toBe(4);
    expect(stepsPerRun(5e9)).toBe(4);
    expect(stepsPerRun(1e10)).toBe(2);
    expect(stepsPerRun(1e12)).toBe(1);
  });

  it('never plans more steps than an epoch has, nor more input than a run may hold', () => {
    expect(stepsPerRun(1e6, { stepsPerEpoch: 5 })).toBe(4);
    expect(stepsPerRun(1e6, { stepsPerEpoch: 1 })).toBe(1);
    expect(stepsPerRun(1e6, { batchBytes: 30_000_000 })).toBe(2);
    expect(stepsPerRun(1e6, { batchBytes: 1e9 })).toBe(1);
  });

  it('is a function of the job and the machine alone', () => {
    const options = { device: 'cpu' as const, threads: 3, summary: summary(1e8), batchBytes: 1000, stepsPerEpoch: 9 };
    expect(choosePlan(options)).toEqual(choosePlan(options));
    expect(choosePlan(options)).toMatchObject({ device: 'cpu', threads: 3, lowering: 'portable', ...machineTraits() });
  });
});
