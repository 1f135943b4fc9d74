import type { JobProgress } from '@trainyard/contracts';
import { expect, it } from 'vitest';
import { FirstSteps } from './first-steps.js';

const unlimited = { budget: null };

function progress(fraction: number, eta_s: number | null): JobProgress {
  return { epoch: 1, epochs: 10, step: 1000 * fraction, steps: 1000, fraction, eta_s, images_per_s: 100 };
}

it('forecasts once, when the job has trained for a while', () => {
  const first = new FirstSteps(unlimited, performance.now() - 8_000);
  expect(first.forecast(progress(0.01, 90), 1)).toBeNull();
  const forecast = first.forecast(progress(0.03, 97), 3);
  // 5 s until its first step, 3 s of training and what is left of it.
  expect(forecast?.duration_s.likely).toBeCloseTo(5 + 3 + 97, 1);
  expect(forecast).toMatchObject({ source: 'first_steps', forecast_id: null, memory_bytes: null });
  expect(first.forecast(progress(0.05, 95), 4)).toBeNull();
});

it('knows that a budget ends a training', () => {
  const first = new FirstSteps({ budget: { max_seconds: 20 } }, performance.now() - 8_000);
  expect(first.forecast(progress(0.03, 97), 3)?.duration_s.likely).toBeCloseTo(5 + 20, 1);
});

it('forecasts nothing where half is done, or nothing is known of the rest', () => {
  expect(new FirstSteps(unlimited).forecast(progress(0.6, 3), 3)).toBeNull();
  expect(new FirstSteps(unlimited).forecast(progress(0.1, null), 3)).toBeNull();
});
