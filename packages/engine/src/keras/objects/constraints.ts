/** Keras' constraints of every version, as ours. Axes are counted in Keras' layout on both sides. */
import type { KerasConfig } from '../config.js';
import { lookUp } from '../json.js';
import { readKerasObject } from './keras-object.js';

interface ConstraintRule {
  readonly type: string;
  /** Our argument, and the keys it may be in: Keras 1 calls the bound `m`. */
  readonly takes: Readonly<Record<string, readonly string[]>>;
}

const AXIS = { axis: ['axis'] };

/** Keras' names in snake case. */
const RULES: Readonly<Record<string, ConstraintRule>> = {
  max_norm: { type: 'max_norm', takes: { max_value: ['max_value', 'm'], ...AXIS } },
  maxnorm: { type: 'max_norm', takes: { max_value: ['max_value', 'm'], ...AXIS } },
  non_neg: { type: 'non_neg', takes: {} },
  nonneg: { type: 'non_neg', takes: {} },
  unit_norm: { type: 'unit_norm', takes: AXIS },
  unitnorm: { type: 'unit_norm', takes: AXIS },
};

/** The constraint in the first of these keys that is set. */
export function readConstraint(config: KerasConfig, ...keys: readonly string[]): unknown {
  const found = config.find(...keys);
  if (!found) return undefined;
  const object = readKerasObject(found);
  const rule = object && !object.isCustom ? lookUp(RULES, object.name) : undefined;
  if (!object || !rule) {
    config.refuse(found.key, 'supported are MaxNorm, NonNeg and UnitNorm');
    return undefined;
  }
  const inner = config.inner(found.key, object);
  const taken = Object.entries(rule.takes).map(([key, names]) => [key, inner.take(...names)] as const);
  inner.finish(Object.keys(rule.takes));
  const set = taken.filter(([, value]) => value !== undefined);
  return set.length === 0 ? rule.type : { type: rule.type, ...Object.fromEntries(set) };
}
