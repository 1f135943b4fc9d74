// Models of random specifications.
import { TrainyardError } from '@trainyard/contracts';
import { expect } from 'vitest';
import { buildModel } from '../../packages/engine/src/model/build.js';
import type { Model } from '../../packages/engine/src/model/model.js';
import { parseModelSpec } from '../../packages/engine/src/spec/parse.js';
import { randomSpec } from './random-specs.js';

export const CLASSES = 3;

/** The model, or null where the specification was refused as it should be. Any other error is thrown. */
export function buildOrRefuse(spec: unknown): Model | null {
  try {
    return buildModel(parseModelSpec(spec), { image: { width: 8, height: 8, channels: 1 }, classes: CLASSES });
  } catch (error) {
    if (!(error instanceof TrainyardError) || error.code !== 'invalid_spec' || !error.errors?.length) throw error;
    for (const { pointer, detail } of error.errors) {
      expect(detail).toMatch(/expected /);
      expect(isPlaceIn(spec, pointer), `${pointer} in ${JSON.stringify(spec)}`).toBe(true);
    }
    return null;
  }
}

/** The first `count` random specifications that can be built. */
export function validModels(count: number): { seed: number; model: Model }[] {
  const models: { seed: number; model: Model }[] = [];
  for (let seed = 0; models.length < count; seed++) {
    const model = buildOrRefuse(randomSpec(seed));
    if (model) models.push({ seed, model });
  }
  return models;
}

/** Whether a JSON pointer (RFC 6901) leads into `value`; its last step may be to something that is missing. */
function isPlaceIn(value: unknown, pointer: string): boolean {
  const steps = pointer.split('/').map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
  let place = value;
  for (const step of steps.slice(1)) {
    if (typeof place !== 'object' || place === null) return false;
    place = Object.getOwnPropertyDescriptor(place, step)?.value;
  }
  return steps[0] === '';
}
