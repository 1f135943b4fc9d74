/** Number formats: everything is float32. */
import type { KerasConfig } from './config.js';
import { fieldOf, isRecord, textOf } from './json.js';

const REMEDY = 'only float32 is: call keras.mixed_precision.set_global_policy("float32") before the model is built';

export function checkDtype(config: KerasConfig, ...keys: readonly string[]): void {
  for (const key of keys) {
    const found = config.find(key);
    if (found && nameOf(found.value) !== 'float32') config.refuse(key, REMEDY);
  }
}

/** A name, or a policy that has one. */
function nameOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (!isRecord(value)) return undefined;
  const config = fieldOf(value, 'config');
  return isRecord(config) ? textOf(config, 'name') : undefined;
}
