import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ops } from '../../packages/engine/src/ops/index.js';
import { differentiableOps } from './gradient-cases/index.js';

const FOLDER = new URL('../../packages/engine/src/ops/', import.meta.url);

/** What no gradient passes through, since the values do not change smoothly, or which stands in gradients alone. */
const WITHOUT_GRADIENT = [
  ...['And', 'ArgMax', 'Equal', 'Greater', 'Not', 'Or', 'Sign'],
  ...['AveragePoolGradient', 'BatchNormalizationGradient', 'ConvInputGradient', 'ConvWeightGradient'],
  ...['MaxPoolGradient', 'MaxPoolWithIndices', 'ReluGradient', 'ScatterElements', 'Split'],
];

/** The types of all operations that the folder's files export. */
async function exportedTypes(): Promise<string[]> {
  const files = readdirSync(FOLDER).filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'));
  const modules: object[] = await Promise.all(files.map((file) => import(new URL(file, FOLDER).href)));
  return modules
    .flatMap((module) => Object.entries(module))
    .filter(([name]) => name.endsWith('Op'))
    .flatMap(([, value]: [string, unknown]) => (isOperation(value) ? [value.type] : []));
}

function isOperation(value: unknown): value is { type: string } {
  return typeof value === 'object' && value !== null && 'infer' in value && 'type' in value;
}

describe('the record of operations, which the gradient harness walks', () => {
  it('holds each operation that there is, under its type', async () => {
    expect(Object.values(ops).map(({ type }) => type)).toEqual(Object.keys(ops));
    expect([...new Set(await exportedTypes())].sort()).toEqual(Object.keys(ops).sort());
  });

  it('has a gradient rule for all but those that are known to need none', () => {
    expect([...differentiableOps, ...WITHOUT_GRADIENT].sort()).toEqual(Object.keys(ops).sort());
  });
});
