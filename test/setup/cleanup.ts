// What a test file has started ends with it, the last first: `at-end.ts` sees to it in each file, also where several are run
// by one process.

const steps: (() => unknown)[] = [];

/** Runs `step` once the tests of this file are done. Can be called at any time, from within a test as well. */
export function atEnd(step: () => unknown): void {
  steps.push(step);
}

/** Undoes what has been registered. */
export async function endAll(): Promise<void> {
  const errors: unknown[] = [];
  for (let step = steps.pop(); step; step = steps.pop()) {
    try {
      await step();
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length > 0) throw new AggregateError(errors, 'what the tests started did not end cleanly');
}
