import { describe, expect, it } from 'vitest';
import { activationCases } from './gradient-cases/activations.js';
import { compositeCases } from './gradient-cases/composite.js';
import { differentiableOps, gradientCases } from './gradient-cases/index.js';
import { repeatCases } from './gradient-cases/window.js';
import { type GradientCase, gradientErrors, prepareCase, targetSets, toleranceOf } from './gradient-harness.js';
import { blocked } from './lowerings.js';

const SEED = Number(process.env.TRAINYARD_TEST_SEED ?? 20_260);

async function checkGradients(subject: GradientCase): Promise<void> {
  const prepared = await prepareCase(subject, SEED);
  const tolerance = toleranceOf(subject);
  for (const targets of targetSets(prepared)) {
    const errors = await gradientErrors(prepared, targets);
    errors.forEach((error, k) => {
      const what = `gradient of input ${targets[k]}, asked for with [${targets}] (TRAINYARD_TEST_SEED=${SEED})`;
      expect(error, what).toBeLessThanOrEqual(tolerance);
    });
  }
  if (blocked.length === 0) return;
  const errors = await gradientErrors(prepared, prepared.differentiable, { inBlocks: true });
  for (const [k, error] of errors.entries()) {
    const what = `gradient of input ${prepared.differentiable[k]} in blocks (TRAINYARD_TEST_SEED=${SEED})`;
    expect(error, what).toBeLessThanOrEqual(toleranceOf(subject, true));
  }
}

describe('every operation with a gradient rule', () => {
  it('has cases, and nothing else has', () => {
    expect(Object.keys(gradientCases).sort()).toEqual([...differentiableOps].sort());
  });
});

describe.each(Object.entries(gradientCases))('the gradient of %s follows finite differences', (_type, cases) => {
  it.each(cases)('$name', checkGradients);
});

describe('the gradient of an activation follows finite differences', () => {
  it.each(activationCases)('$name', checkGradients);
});

describe('gradients that meet follow finite differences', () => {
  it.each([...compositeCases, ...repeatCases])('$name', checkGradients);
});
