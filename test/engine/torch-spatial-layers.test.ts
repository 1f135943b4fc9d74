import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Value } from '../../packages/engine/src/graph/graph.js';
import type { Shape } from '../../packages/engine/src/graph/tensor-type.js';
import { layerDefinition } from '../../packages/engine/src/layers/index.js';
import type { FeatureShape, ForwardContext, LayerPlan } from '../../packages/engine/src/layers/layer.js';
import { parseModelSpec } from '../../packages/engine/src/spec/parse.js';
import { compareWithStored, type StoredCall } from './stored-values.js';

/** What oracles/torch_spatial_layers.py stored of one layer. */
interface StoredLayer extends StoredCall {
  readonly attributes: {
    readonly layer: { readonly type: string };
    /** Channels, rows and columns of the image that a flatten made the input of. */
    readonly image?: readonly [number, number, number] | null;
  };
}

const FILE = new URL('./oracles/torch-spatial-layers.json', import.meta.url);
const values: { readonly layers: readonly StoredLayer[] } = JSON.parse(readFileSync(FILE, 'utf8'));

function featuresOf([, ...sides]: Shape, image?: readonly [number, number, number] | null): FeatureShape {
  if (sides.length === 3) return { kind: 'image', channels: sides[0], height: sides[1], width: sides[2] };
  if (!image) return { kind: 'vector', units: sides[0] };
  const [channels, height, width] = image;
  return { kind: 'vector', units: sides[0], image: { kind: 'image', channels, height, width } };
}

/** What a layer sees of a model in which it stands alone. */
function contextOf(input: FeatureShape, plan: LayerPlan, weights: Readonly<Record<string, Value>>): ForwardContext {
  const absent = () => {
    throw new Error('these layers behave the same while training');
  };
  return {
    training: true,
    frozen: false,
    inputs: [input],
    plan,
    parameter: (name) => weights[name],
    rowWeights: null,
    setStatistic: absent,
    dropoutMask: absent,
    noise: absent,
  };
}

async function compareLayer({ attributes, ...stored }: StoredLayer): Promise<void> {
  const [spec] = parseModelSpec({ layers: [attributes.layer] }).layers;
  const definition = layerDefinition(spec.type);
  const { x, ...weights } = stored.inputs;
  const input = featuresOf(x.shape, attributes.image);
  const plan = definition.plan(spec, [input], { classes: 3 });
  expect(Object.fromEntries(plan.parameters.map(({ name, shape }) => [name, shape]))).toEqual(
    Object.fromEntries(Object.entries(weights).map(([name, { shape }]) => [name, shape])),
  );
  expect(plan.output).toMatchObject(featuresOf(stored.output.shape));
  await compareWithStored(stored, (inputs) => definition.forward(spec, [inputs.x], contextOf(input, plan, inputs)));
}

describe('output and gradients of a layer are those that PyTorch gives', () => {
  const named = values.layers.map((stored) => {
    const { layer, image } = stored.attributes;
    return { stored, name: `${JSON.stringify(layer)} of [${stored.inputs.x.shape}]${image ? ', once an image' : ''}` };
  });

  it.each(named)('$name', ({ stored }) => compareLayer(stored));
});
