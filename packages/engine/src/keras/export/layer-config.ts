/** Writes one layer of ours as Keras does: its class, its configuration and what has to follow it. */
import { type EdgesArgument, toEdges } from '../../layers/arguments.js';
import type { BuiltLayer } from '../../model/model.js';
import type { JsonRecord } from '../json.js';
import { type ActivationStep, exportActivation } from './activations.js';
import type { KerasVersion } from './keras-version.js';
import { type LayerClass, layerClassOf } from './layer-classes.js';
import { exportObject } from './objects.js';

export interface ExportedLayer {
  readonly className: string;
  readonly config: JsonRecord;
  readonly steps: readonly ActivationStep[];
}

export function exportLayer(built: BuiltLayer, version: KerasVersion, pointer: string): ExportedLayer {
  const layerClass = layerClassOf(built.spec.type);
  const { type: _type, name: _name, inputs: _inputs, trainable, ...args } = built.spec;
  const isFrozen = trainable === false && built.plan.parameters.length > 0;
  const activation = 'activation' in args ? exportActivation(version, args.activation, pointer) : null;
  const written = Object.entries(args).map(([key, value]) => [
    (version === 'keras2' ? layerClass.keras2?.[key] : undefined) ?? key,
    writeArgument(key, value, layerClass, version),
  ]);
  return {
    className: layerClass.className,
    config: {
      ...(isFrozen ? { trainable: false } : {}),
      ...layerClass.extra,
      ...(layerClass.hasFormat ? { data_format: 'channels_last' } : {}),
      ...Object.fromEntries(written),
      ...(activation ? { activation: activation.inline } : {}),
      ...fromShapes(built),
    },
    steps: activation?.steps ?? [],
  };
}

function writeArgument(key: string, value: unknown, { pairs }: LayerClass, version: KerasVersion): unknown {
  if (value === null || value === undefined) return null;
  const kind = /_(initializer|regularizer|constraint)$/.exec(key)?.[1];
  if (kind !== undefined) return exportObject(version, `keras.${kind}s`, value);
  if (pairs?.includes(key) && typeof value === 'number') return [value, value];
  if (key === 'cropping' || (key === 'padding' && isEdges(value))) return edges(value);
  return value;
}

function isEdges(value: unknown): value is EdgesArgument {
  return typeof value === 'number' || Array.isArray(value);
}

function edges(value: unknown): unknown {
  if (!isEdges(value)) return value;
  const { top, bottom, left, right } = toEdges(value);
  return [
    [top, bottom],
    [left, right],
  ];
}

/** What only the data told: the units of the last layer, and the figures of pixels. */
function fromShapes({ spec, plan }: BuiltLayer): JsonRecord {
  if (spec.type === 'dense' && plan.output.kind === 'vector') return { units: plan.output.units };
  if (spec.type !== 'normalization') return {};
  const { mean = [], deviation = [] } = plan.constants ?? {};
  return figuresOf({ mean: spec.mean ?? mean, variance: spec.variance ?? deviation.map((value) => value * value) });
}

/** Keras wants both to have one shape: two numbers, or two lists. */
function figuresOf({ mean, variance }: { mean: unknown; variance: unknown }): JsonRecord {
  if (Array.isArray(mean) === Array.isArray(variance)) return { mean, variance };
  return { mean: spread(mean, variance), variance: spread(variance, mean) };
}

function spread(value: unknown, like: unknown): unknown {
  return Array.isArray(like) ? like.map(() => value) : value;
}
