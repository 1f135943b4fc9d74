import { describe, expect, it } from 'vitest';
import { differentiableOps, gradientCases } from './gradient-cases/index.js';
import { gradientErrors, type PreparedCase, prepareCase, toleranceOf } from './gradient-harness.js';
import { breakRule, MUTATIONS, type Mutation } from './mutations.js';

const SEED = 7;

/** Whether the harness would fail on some case. */
async function isNoticed(cases: readonly PreparedCase[], type: string, input: number, mutation: Mutation) {
  for (const prepared of cases) {
    if (!prepared.differentiable.includes(input)) continue;
    const [error] = await gradientErrors(prepared, [input], { beforeGradients: breakRule(type, input, mutation) });
    if (error > toleranceOf(prepared.subject)) return true;
  }
  return false;
}

describe.each(differentiableOps)('a fault that the harness notices in the gradient of %s', async (type) => {
  const cases = await Promise.all(gradientCases[type].map((subject) => prepareCase(subject, SEED)));
  const inputs = [...new Set(cases.flatMap(({ differentiable }) => differentiable))].sort();
  const broken = inputs.flatMap((input) =>
    Object.entries(MUTATIONS).map(([how, mutation]) => ({ input, how, mutation })),
  );

  it('is not there when the rule is whole', async () => {
    for (const input of inputs) expect(await isNoticed(cases, type, input, (gradient) => gradient)).toBe(false);
  });

  it.each(broken)('input $input: $how', async ({ input, mutation }) => {
    expect(await isNoticed(cases, type, input, mutation)).toBe(true);
  });
});
