// What validation estimates of a training's memory, against what trainings take in processes of their own.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const run = promisify(execFile);

const CHILD = 'benchmarks/memory/child.mjs';
const THREADS = 2;
const TOLERANCE = 0.3;

interface Measured {
  estimated: number;
  measured: number;
}

async function measure(model: string, batchSize: number): Promise<Measured> {
  const { stdout } = await run(process.execPath, [CHILD, model, String(batchSize), String(THREADS)]);
  const { estimated, measured }: Measured = JSON.parse(stdout);
  return { estimated, measured };
}

/** How memory is shared out, and so what the constants of the estimate are, depends on the C library's allocator. */
const isMeasurable = existsSync('/proc/self/status');

describe.runIf(isMeasurable)('the estimate of peak memory', () => {
  it.each([
    ['lenet5', 32],
    ['mnist_convnet', 64],
    ['resnet8', 32],
  ] as const)('is within 30 % of what training %s with batch %i takes', async (model, batchSize) => {
    const { estimated, measured } = await measure(model, batchSize);
    expect(estimated / measured).toBeGreaterThan(1 - TOLERANCE);
    expect(estimated / measured).toBeLessThan(1 + TOLERANCE);
  });
});
