/** How one kind of Keras layer is written in our specification, and the readers that such rules are made of. */
import { readActivation } from '../objects/activations.js';
import { readConstraint } from '../objects/constraints.js';
import { readInitializer } from '../objects/initializers.js';
import { readRegularizer } from '../objects/regularizers.js';
import type { FeatureKind, LayerConfig } from './layer-config.js';

/** A layer of a specification before it is checked. */
export interface RawLayer {
  readonly type: string;
  readonly [argument: string]: unknown;
}

/** Reads one argument; undefined leaves it out, so that it has Keras' default. */
export type Argument = (config: LayerConfig) => unknown;

export interface LayerRule {
  /** Our type; null where the layer was refused. */
  readonly type: string | ((config: LayerConfig) => string | null);
  /** Whether it has weights that could be frozen. */
  readonly hasWeights?: true;
  readonly merges?: true;
  readonly arguments: Readonly<Record<string, Argument>>;
  /** Keys that say nothing here: taken with null or these values alone, and what to do otherwise. */
  readonly only?: Readonly<Record<string, readonly [values: readonly unknown[], nearest: string]>>;
  /** What it gives; the same as it gets where this is left out. */
  readonly output?: FeatureKind | ((config: LayerConfig) => FeatureKind);
}

export type LayerRules = Readonly<Record<string, LayerRule>>;

/** Takes the value of the first of these keys that is set as it is. */
export const copy =
  (...keys: readonly string[]): Argument =>
  (config) =>
    config.take(...keys);

/** For keys that Keras writes and does not use. */
export const ignore =
  (...keys: readonly string[]): Argument =>
  (config) => {
    config.find(...keys);
  };

export const initializer =
  (...keys: readonly string[]): Argument =>
  (config) =>
    readInitializer(config, ...keys);

export const regularizer =
  (...keys: readonly string[]): Argument =>
  (config) =>
    readRegularizer(config, ...keys);

export const constraint =
  (...keys: readonly string[]): Argument =>
  (config) =>
    readConstraint(config, ...keys);

/** `activation`; softmax runs over the last axis in Keras and over the channels here. */
export const activation: Argument = (config) => {
  const read = readActivation(config, 'activation');
  const overWidth = read === 'softmax' && config.takesImage && config.session.dataFormat === 'channels_first';
  if (!overWidth) return read;
  config.refuse('activation', 'with channels_first it runs over the width; use a Softmax layer with axis 1');
  return undefined;
};

/** Initialiser, regulariser and constraint of one weight. */
export function weight(name: string, keras1: { init?: string; regularizer?: string; constraint?: string } = {}) {
  const keys = (kind: 'init' | 'regularizer' | 'constraint', full: string) => {
    const old = keras1[kind];
    return old === undefined ? [full] : [full, old];
  };
  return {
    [`${name}_initializer`]: initializer(...keys('init', `${name}_initializer`)),
    [`${name}_regularizer`]: regularizer(...keys('regularizer', `${name}_regularizer`)),
    [`${name}_constraint`]: constraint(...keys('constraint', `${name}_constraint`)),
  };
}

/** Kernel and bias. */
export const kernelAndBias = {
  use_bias: copy('use_bias', 'bias'),
  ...weight('kernel', { init: 'init', regularizer: 'W_regularizer', constraint: 'W_constraint' }),
  ...weight('bias', { regularizer: 'b_regularizer', constraint: 'b_constraint' }),
};
