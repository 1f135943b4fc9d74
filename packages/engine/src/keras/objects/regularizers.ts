/** Keras' regularisers of every version, as ours. */
import type { KerasConfig } from '../config.js';
import { shortestFloat } from '../floats.js';
import { lookUp } from '../json.js';
import { readKerasObject } from './keras-object.js';

/** Factor of a penalty that is named but not given. */
const DEFAULT_FACTOR = 0.01;

const PENALTIES: Readonly<Record<string, readonly ('l1' | 'l2')[]>> = {
  l1: ['l1'],
  l2: ['l2'],
  l1_l2: ['l1', 'l2'],
  l1_regularizer: ['l1'],
  l2_regularizer: ['l2'],
  l1_l2_regularizer: ['l1', 'l2'],
  weight_regularizer: ['l1', 'l2'],
};

/** The penalty in the first of these keys that is set; one whose factors are all zero is none. */
export function readRegularizer(config: KerasConfig, ...keys: readonly string[]): unknown {
  const found = config.find(...keys);
  if (!found) return undefined;
  const object = readKerasObject(found);
  const factors = object && !object.isCustom ? lookUp(PENALTIES, object.name) : undefined;
  if (!object || !factors) {
    config.refuse(found.key, 'supported are L1, L2 and L1L2');
    return undefined;
  }
  const inner = config.inner(found.key, object);
  const values = factors.map((key) => [key, inner.take(key)] as const);
  inner.accept('dtype', ['float32'], 'only float32 is');
  inner.finish(factors);
  // A class of two factors has none by default, and neither has its name since Keras 3.
  const isNamed = typeof found.value === 'string' && !config.session.isKeras3;
  const byDefault = isNamed || factors.length === 1 ? DEFAULT_FACTOR : 0;
  return penaltyOf(values.map(([key, value]) => [key, shortestFloat(value ?? byDefault)]));
}

function penaltyOf(values: readonly (readonly ['l1' | 'l2', unknown])[]): unknown {
  const set = values.filter(([, value]) => value !== 0);
  if (set.length === 0) return undefined;
  return { type: set.length === 2 ? 'l1_l2' : set[0][0], ...Object.fromEntries(set) };
}
