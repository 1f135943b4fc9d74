import { type JobProgress, resolveTraining } from '@trainyard/contracts';
import { expect, it } from 'vitest';
import { FirstSteps } from './first-steps.js';

const training = resolveTraining({ epochs: 10, batch_size: 10 });
const split = (total: number) => ({ total, classes: {} });
const counts = { total: 1300, train: split(1000), validation: split(150), test: split(150) };

const progress = (fraction: number, images_per_s: number | null): JobProgress => {
  const steps = { epoch: 1, epochs: 10, step: 1000 * fraction, steps: 1000 };
  return { ...steps, fraction, eta_s: null, images_per_s };
};

it('forecasts once, when the job has trained for a while', () => {
  const first = new FirstSteps(training, { counts }, performance.now() - 8_000);
  expect(first.forecast(progress(0.01, 100), 1)).toBeNull();
  const forecast = first.forecast(progress(0.03, 100), 3);
  // 5 s until its first step, 10 epochs of 10 s and 0.5 s for their validation, 0.5 s for the test.
  expect(forecast?.duration_s.likely).toBeCloseTo(5 + 10 * 10.5 + 0.5, 1);
  expect(forecast).toMatchObject({ source: 'first_steps', forecast_id: null, memory_bytes: null });
  expect(first.forecast(progress(0.05, 100), 4)).toBeNull();
});

it('forecasts nothing where half is done, or no speed is known', () => {
  expect(new FirstSteps(training, { counts }).forecast(progress(0.6, 100), 3)).toBeNull();
  expect(new FirstSteps(training, { counts }).forecast(progress(0.1, null), 3)).toBeNull();
});
