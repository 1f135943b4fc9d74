import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { layerDefinition } from '../../packages/engine/src/layers/index.js';
import { type FeatureShape, kerasShape, type ParameterSpec } from '../../packages/engine/src/layers/layer.js';
import { parseModelSpec } from '../../packages/engine/src/spec/parse.js';

/** What oracles/keras_layers.py stored of one layer; sides without the batch, channels last. */
interface PlannedLayer {
  readonly layer: { readonly type: string; readonly depth_multiplier?: number };
  readonly input: readonly number[];
  readonly output: readonly number[];
  readonly weights: readonly {
    readonly name: string;
    readonly shape: readonly number[];
    readonly fans: readonly [number, number];
  }[];
}

const FILE = new URL('./oracles/keras-layers.json', import.meta.url);
const values: { readonly layers: readonly PlannedLayer[] } = JSON.parse(readFileSync(FILE, 'utf8'));

function featuresOf(sides: readonly number[]): FeatureShape {
  if (sides.length === 1) return { kind: 'vector', units: sides[0] };
  const [height, width, channels] = sides;
  return { kind: 'image', height, width, channels };
}

/** The shape with Keras' order of axes. Channels and multiplier of a depthwise kernel, one axis here, are two there. */
function kerasWeightShape({ name, shape, kerasAxes }: ParameterSpec, multiplier: number): number[] {
  const isDepthwise = shape[1] === 1 && name !== 'pointwise_kernel' && shape.length === 4 && multiplier > 0;
  const split = isDepthwise ? [shape[0] / multiplier, multiplier, ...shape.slice(2)] : [...shape];
  return (kerasAxes ?? [...shape.keys()]).map((axis) => split[axis]);
}

describe('a layer is planned as Keras plans it', () => {
  const named = values.layers.map((planned) => ({
    planned,
    name: `${JSON.stringify(planned.layer)} of [${planned.input}]`,
  }));

  it.each(named)('$name', ({ planned: { layer, input, output, weights } }) => {
    const [spec] = parseModelSpec({ layers: [layer] }).layers;
    const plan = layerDefinition(spec.type).plan(spec, [featuresOf(input)], { classes: 3 });
    const multiplier = layer.type.startsWith('depthwise') || layer.type.startsWith('separable');
    expect(kerasShape(plan.output).slice(1)).toEqual(output);
    expect(
      plan.parameters.map((parameter) => ({
        name: parameter.name,
        shape: kerasWeightShape(parameter, multiplier ? (layer.depth_multiplier ?? 1) : 0),
        fans: [parameter.fan.in, parameter.fan.out],
      })),
    ).toEqual(weights);
  });
});
