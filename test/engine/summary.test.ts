// The figures of any model that can be built, since validation answers for all of them.
import { TrainyardError } from '@trainyard/contracts';
import { buildModel, cpuLowerings, type Model, parseModelSpec, summarizeModel } from '@trainyard/engine';
import { describe, expect, it } from 'vitest';
import { randomSpec } from './random-specs.js';

const MODELS = 80;
const CLASSES = 10;

/** Null for a specification whose windows do not fit its image. */
function buildRandom(seed: number): Model | null {
  const spec = randomSpec(seed);
  const image = { ...spec.input, channels: spec.input.channels === 1 ? 1 : 3 } as const;
  try {
    return buildModel(parseModelSpec(spec), { image, classes: CLASSES });
  } catch (error) {
    if (error instanceof TrainyardError) return null;
    throw error;
  }
}

describe('the summary of a model', () => {
  it('has a peak of memory for every model that can be built', () => {
    const models = Array.from({ length: MODELS }, (_, seed) => buildRandom(seed)).filter((model) => model !== null);
    expect(models.length).toBeGreaterThan(MODELS / 3);
    for (const model of models) {
      const summary = summarizeModel(model, 8, undefined, cpuLowerings(model));
      const { peak, parameters, optimizer, activations } = summary.memory_bytes;
      expect(peak).toBeGreaterThan(100e6 + parameters + optimizer + activations);
      expect(peak).toBeLessThan(1e9);
    }
  });
});
