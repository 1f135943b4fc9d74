/** Initialisers, regularisers and constraints as Keras writes them. Their arguments have the same names. */
import type { ConstraintName } from '../../constraints/constraint.js';
import type { InitializerName } from '../../initializers/initializer.js';
import type { RegularizerName } from '../../regularizers/regularizer.js';
import { isRecord, type JsonRecord, lookUp } from '../json.js';
import { type KerasVersion, kerasObject } from './keras-version.js';

/** A table that has each of these names. */
type Classes<Name extends string> = Readonly<Record<Name, string> & Record<string, string>>;

const INITIALIZERS: Classes<InitializerName> = {
  zeros: 'Zeros',
  ones: 'Ones',
  constant: 'Constant',
  random_normal: 'RandomNormal',
  random_uniform: 'RandomUniform',
  truncated_normal: 'TruncatedNormal',
  glorot_uniform: 'GlorotUniform',
  glorot_normal: 'GlorotNormal',
  he_uniform: 'HeUniform',
  he_normal: 'HeNormal',
  lecun_uniform: 'LecunUniform',
  lecun_normal: 'LecunNormal',
  variance_scaling: 'VarianceScaling',
  orthogonal: 'Orthogonal',
};

const REGULARIZERS: Classes<RegularizerName> = { l1: 'L1', l2: 'L2', l1_l2: 'L1L2' };

const CONSTRAINTS: Classes<ConstraintName> = { max_norm: 'MaxNorm', non_neg: 'NonNeg', unit_norm: 'UnitNorm' };

/** A checked value of a specification: a name, or an object with a `type`. */
export function kindOf(value: unknown): { type: string; options: JsonRecord } {
  if (!isRecord(value)) return { type: String(value), options: {} };
  const { type, ...options } = value;
  return { type: String(type), options };
}

type Exporter = (version: KerasVersion, value: unknown) => object;

const exporter =
  (module: string, classes: Readonly<Record<string, string>>): Exporter =>
  (version, value) => {
    const { type, options } = kindOf(value);
    const className = lookUp(classes, type);
    if (className === undefined) throw new Error(`Keras has no ${module} for ${type}`);
    return kerasObject(version, module, className, options);
  };

export const exportInitializer = exporter('keras.initializers', INITIALIZERS);
export const exportRegularizer = exporter('keras.regularizers', REGULARIZERS);
export const exportConstraint = exporter('keras.constraints', CONSTRAINTS);
