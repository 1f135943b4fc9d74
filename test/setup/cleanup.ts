// What a test file has started ends with it, the last first.
import { afterAll } from 'vitest';

const steps: (() => unknown)[] = [];

/** Runs `step` once the tests of this file are done. Can be called at any time, from within a test as well. */
export function atEnd(step: () => unknown): void {
  steps.push(step);
}

afterAll(async () => {
  const errors: unknown[] = [];
  for (let step = steps.pop(); step; step = steps.pop()) {
    try {
      await step();
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length > 0) throw new AggregateError(errors, 'what the tests started did not end cleanly');
});
