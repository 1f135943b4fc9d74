import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Activation, applyActivation } from '../../packages/engine/src/activations/activation.js';
import type { Value } from '../../packages/engine/src/graph/graph.js';
import type { Shape } from '../../packages/engine/src/graph/tensor-type.js';
import { layerDefinition } from '../../packages/engine/src/layers/index.js';
import type { FeatureShape, ForwardContext, LayerPlan } from '../../packages/engine/src/layers/layer.js';
import { checkFields } from '../../packages/engine/src/spec/fields.js';
import { argumentSchemas } from '../../packages/engine/src/spec/schema.js';
import { compareWithStored, type StoredCall } from './stored-values.js';

type Image = readonly [number, number, number];

/** What oracles/torch_pointwise.py stored of one layer. */
interface StoredLayer extends StoredCall {
  readonly attributes: {
    readonly layer: { readonly type: Parameters<typeof layerDefinition>[0]; readonly [argument: string]: unknown };
    readonly training?: true;
    /** Channels, rows and columns of the image that a flatten made an input of. */
    readonly images?: readonly (Image | null)[];
  };
}

type Values = Readonly<Record<string, Value>>;

const FILE = new URL('./oracles/torch-pointwise.json', import.meta.url);
const { layers }: { readonly layers: readonly StoredLayer[] } = JSON.parse(readFileSync(FILE, 'utf8'));

function featuresOf([, ...sides]: Shape, image?: Image | null): FeatureShape {
  if (sides.length === 3) return { kind: 'image', channels: sides[0], height: sides[1], width: sides[2] };
  if (!image) return { kind: 'vector', units: sides[0] };
  return { kind: 'vector', units: sides[0], image: featuresOfImage(image) };
}

function featuresOfImage([channels, height, width]: Image) {
  return { kind: 'image', channels, height, width } as const;
}

/** What a layer sees of a model in which it stands alone; what it sets becomes outputs of the graph. */
function contextOf(stored: StoredLayer, inputs: readonly FeatureShape[], plan: LayerPlan, values: Values) {
  const absent = () => {
    throw new Error('these layers draw no random numbers');
  };
  const context: ForwardContext = {
    training: stored.attributes.training ?? false,
    frozen: false,
    inputs,
    plan,
    parameter: (name) => values[name],
    rowWeights: values.row_weights ?? null,
    setStatistic: (name, value) => value.graph.output(`next ${name}`, value),
    dropoutMask: absent,
    noise: absent,
  };
  return context;
}

/** `x`, or `x0`, `x1` and so on. */
function namesOfInputs({ inputs }: StoredLayer): string[] {
  return Object.keys(inputs).filter((name) => /^x\d*$/.test(name));
}

async function compareLayer(stored: StoredLayer): Promise<void> {
  const { layer, images = [] } = stored.attributes;
  const { type, ...posted } = layer;
  const args = checkFields('', posted, argumentSchemas(type), []);
  const definition = layerDefinition(type);
  const names = namesOfInputs(stored);
  const inputs = names.map((name, i) => featuresOf(stored.inputs[name].shape, images[i]));
  const plan = definition.plan(args, inputs, { classes: 3 });
  const weights = Object.entries(stored.inputs).filter(([name]) => !names.includes(name) && name !== 'row_weights');
  expect(Object.fromEntries(plan.parameters.map(({ name, shape }) => [name, shape]))).toEqual(
    Object.fromEntries(weights.map(([name, { shape }]) => [name, shape])),
  );
  expect(plan.output).toMatchObject(featuresOf(stored.output.shape));
  const build = (values: Readonly<Record<string, Value>>) => {
    const context = contextOf(stored, inputs, plan, values);
    const y = definition.forward(
      args,
      names.map((name) => values[name]),
      context,
    );
    const activation: Activation | undefined = definition.activation?.(args);
    return activation ? applyActivation(activation, y) : y;
  };
  // In blocks the variance is a difference of squares.
  await compareWithStored(stored, build, type === 'batch_normalization' ? { toleranceInBlocks: 1e-4 } : {});
}

describe('output and gradients of a layer are those that PyTorch gives', () => {
  const named = layers.map((stored) => {
    const { layer, images, training } = stored.attributes;
    const shapes = namesOfInputs(stored).map((name) => `[${stored.inputs[name].shape}]`);
    const rows = stored.inputs.row_weights ? `, rows ${stored.inputs.row_weights.data.join('')}` : '';
    const flattened = images ? `, once ${JSON.stringify(images)}` : '';
    return {
      stored,
      name: `${JSON.stringify(layer)} of ${shapes.join(', ')}${flattened}${training ? ', training' : ''}${rows}`,
    };
  });

  it.each(named)('$name', ({ stored }) => compareLayer(stored));
});
