import { expect, it } from 'vitest';
import { multiclassPredictions } from './multiclass-predictions.js';

it('gives each row its most probable label, whatever the labels are called', () => {
  const labels = ['10', '9', '__proto__'];
  const [first, second] = multiclassPredictions(Float32Array.of(0.25, 0.5, 0.25, 0.125, 0.125, 0.75), labels);
  expect(first).toMatchObject({ label: '9', confidence: 0.5 });
  expect(second).toMatchObject({ label: '__proto__', confidence: 0.75 });
  expect(Object.entries(second.probabilities)).toEqual([
    ['9', 0.125],
    ['10', 0.125],
    ['__proto__', 0.75],
  ]);
});
