import { describe, expect, it } from 'vitest';
import { parseExecutionPlan } from './execution-plan.js';

const OLD = { lowering: 'portable', device: 'cpu', threads: 2, steps_per_run: 4, onnxruntime_version: '1.29.0' };

describe('a stored plan', () => {
  it('is read with the traits of its machine, and without them as older versions stored it', () => {
    expect(parseExecutionPlan(OLD)).toEqual(OLD);
    expect(parseExecutionPlan({ ...OLD, cpu: 'x64 avx2 fma' })).toEqual({ ...OLD, cpu: 'x64 avx2 fma' });
  });

  it('is refused where a part of it is missing', () => {
    const { threads: _, ...rest } = OLD;
    expect(() => parseExecutionPlan(rest)).toThrow();
  });
});
