import type { JobProgress, StepMetrics } from '@trainyard/contracts';
import { describe, expect, it } from 'vitest';
import { StepReporter } from './step-reporter.js';

function row(step: number): StepMetrics {
  return { step, epoch: 1, loss: 1 / step, learning_rate: 0.1 };
}

function progress(step: number): JobProgress {
  return { epoch: 1, epochs: 1, step, steps: 100, fraction: step / 100, eta_s: null, images_per_s: null };
}

describe('StepReporter', () => {
  it('hands on every step once and in order, the first one at once and the others about once a second', async () => {
    const delivered: { rows: number[]; step: number }[] = [];
    let now = 0;
    const reporter = new StepReporter(
      async (rows, at) => void delivered.push({ rows: rows.map(({ step }) => step), step: at.step }),
      () => now,
    );
    for (let step = 1; step <= 25; step++) {
      now += 100;
      await reporter.add([row(step)], progress(step));
    }
    await reporter.flush();
    expect(delivered.map(({ step }) => step)).toEqual([1, 11, 21, 25]);
    expect(delivered.flatMap(({ rows }) => rows)).toEqual(Array.from({ length: 25 }, (_, index) => index + 1));
  });

  it('has nothing to hand on twice', async () => {
    let calls = 0;
    const reporter = new StepReporter(
      async () => void calls++,
      () => 0,
    );
    await reporter.flush();
    await reporter.add([row(1)], progress(1));
    await reporter.flush();
    await reporter.flush();
    expect(calls).toBe(1);
  });
});
