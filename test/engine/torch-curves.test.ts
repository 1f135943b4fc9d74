import { describe, expect, it } from 'vitest';
import { lowerings } from './lowerings.js';
import { type Curve, farthest, oracle, trainLike } from './oracle-curves.js';

const LIMIT = 1e-4;
/** What two float32 trainings may be apart where rounding alone sets PyTorch's own two precisions further apart. */
const OWN_DISTANCES = 3;

async function follow(curve: Curve, block: number | null): Promise<void> {
  const { float64, float32 } = curve;
  const training = await trainLike(curve, block);
  expect(farthest(training.weight_sums, curve.weight_sums), 'the initial weights are the same').toBeLessThan(LIMIT);
  expect(training.losses).toHaveLength(100);
  expect(farthest(training.losses, float32.losses)).toBeLessThan(LIMIT);
  expect(farthest(training.losses, float64.losses)).toBeLessThan(LIMIT);
  // Adam moves weights by the sign of gradients that are only rounding, those of biases before a batch norm above all;
  // the losses of training do not see it, evaluation does.
  for (const key of ['probabilities', 'statistic_sums'] as const) {
    const allowed = Math.max(LIMIT, OWN_DISTANCES * farthest(float32[key], float64[key]));
    expect(farthest(training[key], float64[key]), key).toBeLessThan(allowed);
  }
}

/**
 * In blocks one optimizer of each model is trained, another one from model to model. The weights of `course` take as long as
 * all the others; one step of it is compared in blocked-models.test.ts.
 */
function curvesOf(block: number | null): readonly Curve[] {
  if (block === null) return oracle.curves;
  const models = [...new Set(oracle.curves.map(({ model }) => model))].filter((model) => model !== 'course');
  return models.map((model, i) => {
    const curves = oracle.curves.filter((curve) => curve.model === model);
    return curves[i % curves.length];
  });
}

describe.each(lowerings)('100 training steps follow PyTorch within 1e-4, $name,', ({ block }) => {
  it.each(curvesOf(block))('$model, $optimizer.type', (curve) => follow(curve, block));
});
