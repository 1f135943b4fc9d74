/** Builds a model from a checked specification and what is known of the data. */
import type { ImageSize } from '@trainyard/contracts';
import { layerDefinition } from '../layers/index.js';
import { type FeatureShape, LayerError } from '../layers/layer.js';
import { describeReceived } from '../spec/expectation.js';
import { invalidSpec } from '../spec/parse.js';
import type { LayerSpec, ModelSpec } from '../spec/schema.js';
import type { BuiltLayer, Model, ModelParameter } from './model.js';

/** Weights that onnxruntime can still hold in one graph. */
const MAX_PARAMETERS = 250_000_000;

export interface DataShape {
  readonly image: ImageSize;
  readonly classes: number;
}

/**
 * Infers every shape. The specification's own `input`, where it has one, decides the image size.
 *
 * @throws TrainyardError `invalid_spec` with a pointer to the layer and argument that does not fit
 */
export function buildModel(spec: ModelSpec, data: DataShape): Model {
  const image = spec.input ?? data.image;
  const layers: BuiltLayer[] = [];
  let features: FeatureShape = { kind: 'image', ...image };
  for (const [i, layer] of spec.layers.entries()) {
    const built = buildLayer(layer, `/layers/${i}`, features, data.classes);
    layers.push(built);
    features = built.plan.output;
  }
  checkOutput(layers, data.classes);
  const model: Model = { image, classes: data.classes, layers, parameters: layers.flatMap(parametersOf) };
  checkSize(model);
  return model;
}

function buildLayer(spec: LayerSpec, pointer: string, input: FeatureShape, classes: number): BuiltLayer {
  const definition = layerDefinition(spec.type);
  try {
    return { spec, definition, input, plan: definition.plan(spec, input, { classes }) };
  } catch (error) {
    if (!(error instanceof LayerError)) throw error;
    const place = error.argument ? `${pointer}/${error.argument}` : pointer;
    throw invalidSpec([{ pointer: place, detail: `layer "${spec.name}": ${error.message}` }]);
  }
}

function parametersOf({ spec, plan }: BuiltLayer): ModelParameter[] {
  return plan.parameters.map((parameter) => ({ ...parameter, layer: spec.name }));
}

/** Categorical cross-entropy needs one probability per class. */
function checkOutput(layers: readonly BuiltLayer[], classes: number): void {
  const last = layers[layers.length - 1];
  const pointer = `/layers/${layers.length - 1}`;
  const { output } = last.plan;
  if (output.kind !== 'vector') {
    throw invalidSpec([
      {
        pointer,
        detail: 'expected the last layer to give one value per class; received an image. Add flatten and dense layers',
      },
    ]);
  }
  if (output.units !== classes) {
    const place = last.spec.type === 'dense' ? `${pointer}/units` : pointer;
    const detail = `expected ${classes}, the number of classes in the data set, or "classes"; received ${output.units}`;
    throw invalidSpec([{ pointer: place, detail }]);
  }
  const activation = last.definition.activation?.(last.spec).type ?? 'linear';
  if (activation !== 'softmax') {
    const detail = `expected "softmax" at the end of the last layer, which categorical_crossentropy needs; received ${describeReceived(activation)}`;
    throw invalidSpec([{ pointer: last.definition.activation ? `${pointer}/activation` : pointer, detail }]);
  }
}

function checkSize(model: Model): void {
  const count = model.parameters.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
  if (count > MAX_PARAMETERS) {
    throw invalidSpec([
      { pointer: '/layers', detail: `expected at most ${MAX_PARAMETERS} parameters; received ${count}` },
    ]);
  }
}
