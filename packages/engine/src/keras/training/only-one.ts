/** What Keras compiles a model of several outputs with, where there is one. */
import { isRecord } from '../json.js';

/** The one thing that is meant for the one output: alone, in a list, or by the output's name. */
export function onlyOne(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 1 ? onlyOne(value[0]) : value;
  if (!isRecord(value) || 'class_name' in value || 'name' in value) return value;
  const values = Object.values(value);
  return values.length === 1 ? onlyOne(values[0]) : value;
}
