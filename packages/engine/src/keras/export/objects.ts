/** Initialisers, regularisers and constraints as Keras writes them. Their arguments have the same names. */
import { classNameOf } from '../class-names.js';
import { isRecord, type JsonRecord } from '../json.js';
import { type KerasVersion, kerasObject } from './keras-version.js';

/** A checked value of a specification: a name, or an object with a `type`. */
export function kindOf(value: unknown): { type: string; options: JsonRecord } {
  if (!isRecord(value)) return { type: String(value), options: {} };
  const { type, ...options } = value;
  return { type: String(type), options };
}

/** Our names are those of Keras' classes in snake case. */
export function exportObject(version: KerasVersion, module: string, value: unknown): object {
  const { type, options } = kindOf(value);
  return kerasObject(version, module, classNameOf(type), options);
}
