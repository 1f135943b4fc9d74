import { describe, expect, it } from 'vitest';
import { lossCases } from './gradient-cases/losses.js';
import { gradientErrors, prepareCase, toleranceOf } from './gradient-harness.js';

const SEED = Number(process.env.TRAINYARD_TEST_SEED ?? 20_260);

describe.each(Object.entries(lossCases))('the gradient of %s follows finite differences', (_type, cases) => {
  it.each(cases)('$name', async (subject) => {
    const prepared = await prepareCase(subject, SEED);
    const [error] = await gradientErrors(prepared, [0]);
    expect(error, `TRAINYARD_TEST_SEED=${SEED}`).toBeLessThanOrEqual(toleranceOf(subject));
  });
});
