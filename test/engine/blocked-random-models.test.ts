import { describe, expect, it } from 'vitest';
import { farthestTensor, train } from './both-trainings.js';
import { blocked } from './lowerings.js';
import { validModels } from './random-models.js';

const MODELS = 90;
/** Of what a step moves a tensor by; gradients before a batch norm are small differences of large numbers. */
const TOLERANCE = 1e-3;

describe.each(blocked)('a step of plain gradient descent in blocks', ({ block }) => {
  it('moves the weights of random models as a portable one does', { timeout: 60_000 }, async () => {
    const options = { batchSize: 6, rate: 0.1 };
    let compared = 0;
    for (const { seed, model } of validModels(MODELS)) {
      const inBlocks = await train(model, block, options);
      if (!inBlocks.hasBlocks) continue;
      const { name, error } = farthestTensor(inBlocks, await train(model, null, options));
      expect(error, `${name} of model ${seed}`).toBeLessThan(TOLERANCE);
      compared++;
    }
    expect(compared).toBeGreaterThan(MODELS / 2);
  });
});
