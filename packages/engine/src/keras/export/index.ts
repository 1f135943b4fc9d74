/** Writes a specification as a model that Keras 3, or Keras 2 and tf.keras, build from JSON. */

import type { ImageSize } from '@trainyard/contracts';
import { buildModel, type DataShape } from '../../model/build.js';
import type { Model } from '../../model/model.js';
import { invalidSpec } from '../../spec/parse.js';
import { MODEL_INPUT, type ModelSpec } from '../../spec/schema.js';
import { type KerasVersion, kerasObject } from './keras-version.js';
import { type KerasNode, type KerasShape, nodesOf } from './nodes.js';

export type { KerasVersion };

/** A version of Keras 2 that reads what is written here. */
const KERAS2 = { keras_version: '2.15.0', backend: 'tensorflow' };

/**
 * The JSON that `model_from_json` builds the same architecture from, with freshly initialised weights: a Sequential model
 * where each layer follows the one before, else a Functional one.
 *
 * @param data what the specification leaves to it: the size of images, the number of classes, the figures of pixels
 * @throws TrainyardError `invalid_spec` where the specification does not fit the data, or Keras' JSON cannot hold it
 */
export function exportKeras(spec: ModelSpec, data: DataShape, version: KerasVersion): Record<string, unknown> {
  const model = buildModel(spec, data);
  refuseBackbones(model);
  const nodes = nodesOf(model, version);
  const image = shapeOf(model.image);
  return nodes.every(({ inputs, merges }, i) => !merges && inputs[0] === (nodes[i - 1]?.name ?? MODEL_INPUT))
    ? sequential(nodes, image, version)
    : functional(nodes, image, version);
}

/** Keras has no layer that runs an ONNX file. */
function refuseBackbones({ layers }: Model): void {
  const place = layers.findIndex(({ spec }) => spec.type === 'onnx_backbone');
  if (place < 0) return;
  const { name } = layers[place].spec;
  const detail = `layer "${name}": expected layers that Keras has; received onnx_backbone. Download the ONNX file instead`;
  throw invalidSpec([{ pointer: `/layers/${place}`, detail }]);
}

function shapeOf({ height, width, channels }: ImageSize): KerasShape {
  return [null, height, width, channels];
}

function sequential(nodes: readonly KerasNode[], image: KerasShape, version: KerasVersion): Record<string, unknown> {
  const layers = [inputLayer(image, version), ...nodes.map((node) => writeLayer(node, version))];
  const config = { name: 'sequential', ...shared(version), layers };
  if (version === 'keras2') return { class_name: 'Sequential', config: { name: config.name, layers }, ...KERAS2 };
  return {
    ...kerasObject(version, 'keras', 'Sequential', { ...config, build_input_shape: image }),
    build_config: { input_shape: image },
  };
}

function functional(nodes: readonly KerasNode[], image: KerasShape, version: KerasVersion): Record<string, unknown> {
  const shapes = new Map<string, KerasShape>([
    [MODEL_INPUT, image],
    ...nodes.map(({ name, output }) => [name, output] as const),
  ]);
  const layers = [
    { ...inputLayer(image, version), name: MODEL_INPUT, inbound_nodes: [] },
    ...nodes.map((node) => ({
      ...writeLayer(node, version),
      name: node.name,
      inbound_nodes: [version === 'keras3' ? keras3Call(node, shapes) : keras2Call(node)],
    })),
  ];
  const ends = { input_layers: [[MODEL_INPUT, 0, 0]], output_layers: [[nodes.at(-1)?.name, 0, 0]] };
  if (version === 'keras2') return { class_name: 'Functional', config: { name: 'model', layers, ...ends }, ...KERAS2 };
  const config = { name: 'functional', trainable: true, layers, ...ends };
  return {
    module: 'keras.src.models.functional',
    class_name: 'Functional',
    config,
    registered_name: 'Functional',
    build_config: { input_shape: null },
  };
}

function inputLayer(image: KerasShape, version: KerasVersion): object {
  const shape = version === 'keras3' ? { batch_shape: image } : { batch_input_shape: image };
  const config = { ...shape, dtype: 'float32', sparse: false, ragged: false, name: MODEL_INPUT };
  return kerasObject(version, 'keras.layers', 'InputLayer', config);
}

function writeLayer({ name, className, config }: KerasNode, version: KerasVersion): object {
  return kerasObject(version, 'keras.layers', className, { name, ...shared(version), ...config });
}

/** Without `trainable`, which not every layer of Keras 3 takes back. */
function shared(version: KerasVersion): object {
  const policy = kerasObject('keras3', 'keras', 'DTypePolicy', { name: 'float32' });
  return { dtype: version === 'keras3' ? policy : 'float32' };
}

function keras2Call({ inputs }: KerasNode): unknown {
  return inputs.map((name) => [name, 0, 0, {}]);
}

function keras3Call({ inputs, merges }: KerasNode, shapes: ReadonlyMap<string, KerasShape>): unknown {
  const tensors = inputs.map((name) => ({
    class_name: '__keras_tensor__',
    config: { shape: shapes.get(name), dtype: 'float32', keras_history: [name, 0, 0] },
  }));
  return { args: merges ? [tensors] : tensors, kwargs: {} };
}
