/** Activations as Keras writes them: within a layer where it can, else as layers of their own. */
import { invalidSpec } from '../../spec/parse.js';
import { type JsonRecord, lookUp } from '../json.js';
import { type KerasVersion, kerasObject } from './keras-version.js';
import { kindOf } from './objects.js';

/** What follows a linear layer to have the effect of an activation: layers, each fed by those before it. */
export interface ActivationStep {
  readonly className: string;
  readonly config: JsonRecord;
  /** Whether it also takes what the first step took. */
  readonly joins?: true;
}

export interface ExportedActivation {
  /** What the layer itself says. */
  readonly inline: unknown;
  readonly steps: readonly ActivationStep[];
}

type Form = (version: KerasVersion, options: JsonRecord) => ExportedActivation | null;

/** Those that are more than their name; the others have the same one in Keras. */
const FORMS: Readonly<Record<string, Form>> = {
  relu6: (version) => inline(version === 'keras3' ? 'relu6' : kerasObject(version, '', 'ReLU', { max_value: 6 })),
  leaky_relu: (version, { negative_slope: slope = 0.2 }) =>
    inline(
      version === 'keras3' && slope === 0.2
        ? 'leaky_relu'
        : kerasObject(version, 'keras.layers', 'LeakyReLU', {
            [version === 'keras3' ? 'negative_slope' : 'alpha']: slope,
          }),
    ),
  elu: (version, { alpha = 1 }) => inline(alpha === 1 ? 'elu' : kerasObject(version, 'keras.layers', 'ELU', { alpha })),
  // Neither version writes whether it approximates.
  gelu: (_version, { approximate = false }) => (approximate ? null : inline('gelu')),
  silu: (version) => inline(version === 'keras3' ? 'silu' : 'swish'),
  hard_sigmoid: (version) => (version === 'keras3' ? inline('hard_sigmoid') : after(HARD_SIGMOID)),
  hard_swish: (version) => (version === 'keras3' ? inline('hard_silu') : after([...HARD_SIGMOID, PRODUCT])),
};

/** relu6(x + 3) / 6; what Keras 2 calls hard_sigmoid is another function. */
const HARD_SIGMOID: readonly ActivationStep[] = [
  { className: 'Rescaling', config: { scale: 1, offset: 3 } },
  { className: 'ReLU', config: { max_value: 6, negative_slope: 0, threshold: 0 } },
  { className: 'Rescaling', config: { scale: 1 / 6, offset: 0 } },
];

const PRODUCT: ActivationStep = { className: 'Multiply', config: {}, joins: true };

function inline(value: unknown): ExportedActivation {
  return { inline: value, steps: [] };
}

function after(steps: readonly ActivationStep[]): ExportedActivation {
  return { inline: 'linear', steps };
}

/** @throws TrainyardError `invalid_spec` for a function that Keras' JSON cannot hold */
export function exportActivation(version: KerasVersion, value: unknown, pointer: string): ExportedActivation {
  const { type, options } = kindOf(value);
  const form = lookUp(FORMS, type);
  const isNamed = Object.keys(options).length === 0;
  const exported = form ? form(version, options) : isNamed ? inline(type) : null;
  if (exported) return exported;
  const detail = `expected an activation that Keras' JSON can hold, such as "gelu" without approximate; received ${JSON.stringify(value)}`;
  throw invalidSpec([{ pointer: `${pointer}/activation`, detail }]);
}
