/** Keras' activations of every version, as ours: a name, or an object where there is an argument. */
import { ACTIVATIONS } from '../../activations/activation.js';
import type { KerasConfig } from '../config.js';
import { type Located, lookUp } from '../json.js';
import { type KerasObject, readKerasObject } from './keras-object.js';

/** Other names of the same functions. */
const ALIASES: Readonly<Record<string, string>> = {
  swish: 'silu',
  hard_silu: 'hard_swish',
  softmax_v2: 'softmax',
};

/** For functions that we do not have, the closest ones. */
const NEAREST: Readonly<Record<string, string>> = {
  softsign: 'tanh',
  mish: 'silu',
  celu: 'elu',
  exponential: 'softplus',
  hard_tanh: 'tanh',
  log_softmax: 'softmax',
  threshold: 'a ReLU layer with a threshold',
  p_re_lu: 'a PReLU layer after a linear one',
};

export type ActivationArgument = string | Readonly<Record<string, unknown>>;

/** The activation in a key, or undefined where none is set or it was refused. */
export function readActivation(config: KerasConfig, key: string): ActivationArgument | undefined {
  const found = config.find(key);
  if (!found) return undefined;
  const object = readKerasObject(found);
  const read = object && !object.isCustom ? activationOf(object, found, config) : null;
  if (read !== null) return read;
  config.refuse(key, explain(object?.name ?? '', config));
  return undefined;
}

function explain(name: string, { session }: KerasConfig): string {
  if (name === 'hard_sigmoid' && !session.isKeras3) {
    return "Keras 3's hard_sigmoid is another function. Nearest are Rescaling(0.2, 0.5) and ReLU(max_value=1), which are this one";
  }
  const nearest = lookUp(NEAREST, name);
  const supported = `supported are ${Object.keys(ACTIVATIONS).join(', ')}`;
  return nearest ? `nearest is ${nearest}; ${supported}` : supported;
}

function activationOf(object: KerasObject, found: Located, config: KerasConfig): ActivationArgument | null {
  const { name, className } = object;
  if (!config.session.isKeras3 && name === 'hard_sigmoid') return null;
  const layer = typeof found.value === 'string' ? undefined : lookUp(LAYERS, className);
  const inner = config.inner('activation', object);
  if (layer) return ofLayer(layer, inner);
  const known = lookUp(ALIASES, name) ?? name;
  if (!Object.hasOwn(ACTIVATIONS, known)) return null;
  inner.finish([]);
  return known;
}

type LayerReader = (config: KerasConfig) => ActivationArgument;

/** Layers that Keras takes as activations. */
const LAYERS: Readonly<Record<string, LayerReader>> = {
  LeakyReLU: (config) => ({ type: 'leaky_relu', negative_slope: config.take('negative_slope', 'alpha') ?? 0.3 }),
  ELU: (config) => ({ type: 'elu', alpha: config.take('alpha') ?? 1 }),
  ReLU: (config) => {
    const limit = config.find('max_value');
    if (limit && limit.value !== 6) config.refuse('max_value', 'as an activation only 6 is; else use a ReLU layer');
    config.accept('negative_slope', [0], 'use LeakyReLU');
    config.accept('threshold', [0], 'use a ReLU layer');
    return limit ? 'relu6' : 'relu';
  },
  Softmax: (config) => {
    config.accept('axis', [-1], 'use a Softmax layer');
    return 'softmax';
  },
};

function ofLayer(read: LayerReader, inner: KerasConfig): ActivationArgument {
  for (const key of ['name', 'dtype', 'trainable']) inner.find(key);
  const activation = read(inner);
  inner.finish([]);
  return activation;
}
