/** Keras' many ways to write an initialiser, a regulariser, a loss …: a name, or a class with its configuration. */
import { snakeCase } from '../class-names.js';
import { fieldOf, isRecord, type JsonRecord, type Located, pointerTo, textOf } from '../json.js';

export interface KerasObject {
  /** In snake case: `glorot_uniform` for "GlorotUniform", "glorotUniform" and "glorot_uniform". */
  readonly name: string;
  /** As it was written. */
  readonly className: string;
  readonly config: Located<JsonRecord>;
  /** Whether somebody's own code is needed to make it. */
  readonly isCustom: boolean;
}

/** The object that a value describes, or null where it describes none. */
export function readKerasObject({ value, pointer }: Located): KerasObject | null {
  if (typeof value === 'string') return objectOf(value, { value: {}, pointer }, false);
  if (!isRecord(value)) return null;
  const className = textOf(value, 'class_name');
  if (className === undefined) return readFlat(value, pointer);
  const config = fieldOf(value, 'config');
  // Functions are written as {"class_name": "function", "config": "relu"}.
  if (className === 'function' && typeof config === 'string') {
    return objectOf(config, { value: {}, pointer }, isCustom(value, config));
  }
  if (config !== undefined && config !== null && !isRecord(config)) return null;
  return objectOf(
    className,
    { value: config ?? {}, pointer: pointerTo(pointer, 'config') },
    isCustom(value, className),
  );
}

/** Keras 1: {"name": "L1L2Regularizer", "l1": 0, "l2": 0.01}. */
function readFlat(value: JsonRecord, pointer: string): KerasObject | null {
  const name = textOf(value, 'name');
  if (name === undefined) return null;
  const rest = Object.fromEntries(Object.entries(value).filter(([key]) => key !== 'name'));
  return objectOf(name, { value: rest, pointer }, false);
}

function objectOf(className: string, config: Located<JsonRecord>, custom: boolean): KerasObject {
  return { name: snakeCase(className), className, config, isCustom: custom };
}

const KERAS_MODULE = /^(builtins$|keras|tf_keras|tensorflow\.(python\.)?keras)/;

/** Keras 3 says which module a class is from, and under which name it was registered where it is not Keras' own. */
export function isCustom(value: JsonRecord, name: string): boolean {
  const module = textOf(value, 'module');
  const registered = textOf(value, 'registered_name');
  if (module !== undefined && !KERAS_MODULE.test(module)) return true;
  return (
    registered !== undefined && registered !== name && registered !== 'function' && !registered.startsWith('keras')
  );
}
