/** Keras' constraints of every version, as ours. Axes are counted in Keras' layout on both sides. */
import { CONSTRAINTS } from '../../constraints/constraint.js';
import { classNameOf } from '../class-names.js';
import type { KerasConfig } from '../config.js';
import { lookUp } from '../json.js';
import { readKerasObject } from './keras-object.js';

/** Names of functions that Keras 1 and 2 have beside the classes. */
const ALIASES: Readonly<Record<string, string>> = { maxnorm: 'max_norm', nonneg: 'non_neg', unitnorm: 'unit_norm' };

/** What Keras 1 calls the bound. */
const OLD_KEYS: Readonly<Record<string, readonly string[]>> = { max_value: ['m'] };

/** The constraint in the first of these keys that is set. */
export function readConstraint(config: KerasConfig, ...keys: readonly string[]): unknown {
  const found = config.find(...keys);
  if (!found) return undefined;
  const object = readKerasObject(found);
  const type = object && !object.isCustom ? (lookUp(ALIASES, object.name) ?? object.name) : '';
  const schema: { properties?: object } | undefined = lookUp(CONSTRAINTS, type);
  if (!object || !schema) {
    config.refuse(found.key, `supported are ${Object.keys(CONSTRAINTS).map(classNameOf).join(', ')}`);
    return undefined;
  }
  const names = Object.keys(schema.properties ?? {}).filter((key) => key !== 'type');
  const inner = config.inner(found.key, object);
  const taken = names.map((key) => [key, inner.take(key, ...(lookUp(OLD_KEYS, key) ?? []))] as const);
  inner.finish(names);
  const set = taken.filter(([, value]) => value !== undefined);
  return set.length === 0 ? type : { type, ...Object.fromEntries(set) };
}
