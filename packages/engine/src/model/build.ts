/** Builds a model from a checked specification and what is known of the data. */
import type { DatasetTask, ImageSize } from '@trainyard/contracts';
import { layerDefinition } from '../layers/index.js';
import { type FeatureShape, featureCount, LayerError, type LayerPlan, type PlanContext } from '../layers/layer.js';
import { invalidSpec } from '../spec/parse.js';
import { pointerOf } from '../spec/places.js';
import { type LayerSpec, MODEL_INPUT, type ModelSpec } from '../spec/schema.js';
import { gradientErrors } from './gradient-paths.js';
import { HeadError, headOf, type TargetScale } from './head.js';
import { type BuiltLayer, IMAGE, type Model, type ModelParameter } from './model.js';

/** Weights that onnxruntime can still hold in one graph. */
const MAX_PARAMETERS = 250_000_000;

/** Values of one layer's output for one image: 1 GiB of float32. */
const MAX_OUTPUT = 2 ** 28;

export interface DataShape {
  readonly image: ImageSize;
  /** Number of classes, of labels, or of the targets of a regression. */
  readonly classes: number;
  /** Left out where no data is known: the model's end then decides what it is for. */
  readonly task?: DatasetTask;
  /** Of the train split's pixels, as the model gets them; for a `normalization` layer that has no figures of its own. */
  readonly pixels?: PlanContext['pixels'];
  /** Of a regression: then a model that ends in "linear" learns standardised targets. */
  readonly targets?: TargetScale;
}

/**
 * Infers every shape. The specification's own `input`, where it has one, decides the image size.
 *
 * @throws TrainyardError `invalid_spec` with a pointer to the layer and argument that does not fit
 */
export function buildModel(spec: ModelSpec, data: DataShape): Model {
  const image = spec.input ?? data.image;
  const layers: BuiltLayer[] = [];
  const places = new Map<string, number>([[MODEL_INPUT, IMAGE]]);
  for (const [i, layer] of spec.layers.entries()) {
    const names = layer.inputs ?? [spec.layers[i - 1]?.name ?? MODEL_INPUT];
    const sources = names.map((name) => places.get(name) ?? unknown(name));
    const inputs = sources.map((source) => outputOf(layers, source, image));
    layers.push(buildLayer(layer, pointerOf(layer, i), sources, inputs, data));
    places.set(layer.name, i);
  }
  const blocked = gradientErrors(layers);
  if (blocked.length > 0) throw invalidSpec(blocked);
  const model: Model = {
    image,
    classes: data.classes,
    head: buildHead(layers, data),
    layers,
    parameters: layers.flatMap(parametersOf),
  };
  checkSize(model);
  return model;
}

function outputOf(layers: readonly BuiltLayer[], source: number, image: ImageSize): FeatureShape {
  return source === IMAGE ? { kind: 'image', ...image } : layers[source].plan.output;
}

function unknown(name: string): never {
  throw new Error(`the specification was not checked: nothing before the layer is called ${name}`);
}

function buildLayer(
  spec: LayerSpec,
  pointer: string,
  sources: readonly number[],
  inputs: readonly FeatureShape[],
  { classes, pixels }: DataShape,
): BuiltLayer {
  const definition = layerDefinition(spec.type);
  const context = { classes, ...(pixels && sources[0] === IMAGE ? { pixels } : {}) };
  try {
    const plan = definition.plan(spec, inputs, context);
    checkOutput(plan.output);
    return { spec, definition, sources, inputs, plan: spec.trainable === false ? frozen(plan) : plan };
  } catch (error) {
    if (!(error instanceof LayerError)) throw error;
    const place = error.argument ? `${pointer}/${error.argument}` : pointer;
    throw invalidSpec([{ pointer: place, detail: `layer "${spec.name}": ${error.message}` }]);
  }
}

function frozen(plan: LayerPlan): LayerPlan {
  return { ...plan, parameters: plan.parameters.map((parameter) => ({ ...parameter, trainable: false })) };
}

function checkOutput(output: FeatureShape): void {
  const count = featureCount(output);
  if (count <= MAX_OUTPUT) return;
  throw new LayerError(
    null,
    `expected an output of at most ${MAX_OUTPUT} values for one image; received ${count}. ` +
      'Use a smaller image, fewer channels or larger strides',
  );
}

function parametersOf({ spec, plan }: BuiltLayer): ModelParameter[] {
  return plan.parameters.map((parameter) => ({ ...parameter, layer: spec.name }));
}

function buildHead(layers: readonly BuiltLayer[], data: DataShape) {
  const place = layers.length - 1;
  const { definition, spec, plan } = layers[place];
  try {
    return headOf(plan.output, definition.activation?.(spec).type ?? 'linear', data);
  } catch (error) {
    if (!(error instanceof HeadError)) throw error;
    const hasArgument = error.argument !== null && error.argument in spec;
    const pointer = pointerOf(spec, place);
    const detail = `layer "${spec.name}": ${error.message}`;
    throw invalidSpec([{ pointer: hasArgument ? `${pointer}/${error.argument}` : pointer, detail }]);
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
