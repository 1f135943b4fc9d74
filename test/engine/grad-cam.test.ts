import { readFileSync } from 'node:fs';
import { TrainyardError } from '@trainyard/contracts';
import { describe, expect, it } from 'vitest';
import { compileGradCam, scoreWeights } from '../../packages/engine/src/compile/grad-cam.js';
import { buildModel } from '../../packages/engine/src/model/build.js';
import type { Model } from '../../packages/engine/src/model/model.js';
import { initialParameters } from '../../packages/engine/src/model/parameters.js';
import { parseModelSpec } from '../../packages/engine/src/spec/parse.js';
import { relativeError } from './numbers.js';
import { oracleImages, oracleWeights } from './oracle-generator.js';
import { openOnnx } from './session.js';

interface OracleModel {
  readonly input: { readonly width: number; readonly height: number; readonly channels: 1 | 3 };
  readonly layers: readonly { readonly type: string; readonly units?: unknown; readonly activation?: string }[];
}

/** What oracles/torch_grad_cam.py stored. */
interface OracleHeat {
  readonly seed: number;
  readonly images: number;
  readonly classes: number;
  readonly models: Readonly<Record<string, OracleModel>>;
  readonly cases: readonly {
    readonly model: string;
    /** The layer that was asked for; null leaves it to the compiler. */
    readonly asked: string | null;
    readonly layer: string;
    readonly output: number;
    readonly shape: readonly number[];
    readonly heat: readonly number[];
  }[];
}

const FILE = new URL('./oracles/torch-grad-cam.json', import.meta.url);
const oracle: OracleHeat = JSON.parse(readFileSync(FILE, 'utf8'));
const TOLERANCE = 2e-5;

const TASKS = { softmax: 'multiclass', sigmoid: 'multilabel', linear: 'regression' } as const;

function build(spec: OracleModel): Model {
  const last = spec.layers.at(-1);
  const activation = last?.activation ?? 'softmax';
  const isPair = last?.units === 1;
  const task = isPair
    ? 'multiclass'
    : TASKS[activation === 'sigmoid' || activation === 'linear' ? activation : 'softmax'];
  return buildModel(parseModelSpec(spec), { image: spec.input, classes: isPair ? 2 : oracle.classes, task });
}

/** From [N, C, H, W] to [N, H, W, C]. */
function interleaved(planar: Uint8Array, { width, height, channels }: OracleModel['input']): Uint8Array {
  const plane = width * height;
  return Uint8Array.from({ length: planar.length }, (_, to) => {
    const [row, pixel, channel] = [
      Math.floor(to / (plane * channels)),
      Math.floor(to / channels) % plane,
      to % channels,
    ];
    return planar[(row * channels + channel) * plane + pixel];
  });
}

describe('Grad-CAM has the heat that Captum computes with PyTorch', () => {
  const named = oracle.cases.map((each) => ({ ...each, name: `${each.model}, ${each.layer}, output ${each.output}` }));

  it.each(named)('$name', async ({ model: name, asked, layer, output, shape, heat }) => {
    const spec = oracle.models[name];
    const model = build(spec);
    const { width, height, channels } = model.image;
    const size = width * height * channels;
    const planar = oracleImages(oracle.seed, [oracle.images, channels, height, width], oracle.classes);
    const images = interleaved(planar, spec.input);
    const each = (value: number) => Array.from({ length: channels }, () => value);
    const graph = compileGradCam(model, {
      parameters: oracleWeights(model, oracle.seed),
      preprocessing: { scale: each(1 / 255), offset: each(0) },
      ...(asked === null ? {} : { layer: asked }),
    });
    expect(graph.layer).toBe(layer);
    expect(graph.heat.shape).toEqual([1, ...shape.slice(1)]);
    const session = await openOnnx(graph.onnx, new Map([graph.image, graph.score].map((input) => [input.name, input])));
    const places = heat.length / oracle.images;
    for (let row = 0; row < oracle.images; row++) {
      const found = await session.run({
        [graph.image.name]: images.subarray(row * size, (row + 1) * size),
        [graph.score.name]: scoreWeights(model.head, output),
      });
      const expected = heat.slice(row * places, (row + 1) * places);
      expect(relativeError(found[graph.heat.name].data, expected, 1e-3)).toBeLessThan(TOLERANCE);
    }
    await session.release();
  });

  it('where some of it is above 0 and some is not', () => {
    const mixed = oracle.cases.filter(
      ({ heat }) => heat.some((value) => value > 0) && heat.some((value) => value === 0),
    );
    expect(mixed.length).toBeGreaterThan(5);
  });
});

describe('Grad-CAM', () => {
  const image = { width: 8, height: 8, channels: 1 } as const;
  const explain = (layers: readonly object[], layer?: string) => {
    const model = buildModel(parseModelSpec({ layers }), { image, classes: 3, task: 'multiclass' });
    const options = { parameters: initialParameters(model, 1), preprocessing: { scale: [1], offset: [0] } };
    return compileGradCam(model, { ...options, ...(layer === undefined ? {} : { layer }) });
  };
  const refusal = (layers: readonly object[], layer?: string) => {
    try {
      explain(layers, layer);
    } catch (error) {
      if (error instanceof TrainyardError) return { code: error.code, detail: error.detail, errors: error.errors };
      throw error;
    }
    throw new Error('nothing was refused');
  };
  const backboneOf = (ops: readonly string[]) => ({
    type: 'onnx_backbone',
    name: 'backbone',
    backbone_id: `bb_${'0'.repeat(26)}`,
    graph: {
      ...{ digest: 'none', layout: 'nchw', channels: 1 },
      parameters: [{ name: 'kernel', shape: [2, 1, 3, 3], trainable: true }],
      nodes: ops.map((op, place) => ({
        op,
        inputs: op === 'Conv' ? [0, 'kernel'] : [place],
        attributes:
          op === 'Conv'
            ? { strides: [1, 1], dilations: [1, 1], pads: [0, 0, 0, 0], group: 1, kernel_shape: [3, 3] }
            : {},
      })),
    },
  });
  const DENSE = [{ type: 'flatten' }, { type: 'dense', units: 'classes', activation: 'softmax' }];

  it('is refused to a model without a convolution', () => {
    const { code, detail, errors } = refusal([{ type: 'rescaling', scale: 2 }, ...DENSE]);
    expect([code, errors?.map(({ pointer }) => pointer)]).toEqual(['invalid_request', ['/layer']]);
    expect(detail).toContain('Expected a model with a convolution');
    expect(detail).toContain('rescaling, flatten, dense');
  });

  it('is refused of a layer that gives no image, or is not there, with those that do', () => {
    const layers = [{ type: 'conv2d', name: 'seen', filters: 2, kernel_size: 3 }, ...DENSE];
    for (const layer of ['dense', 'flatten', 'nothing', '']) {
      const { code, detail } = refusal(layers, layer);
      expect([layer, code]).toEqual([layer, 'invalid_request']);
      expect(detail).toContain(`received ${JSON.stringify(layer)}. Choose one of: seen.`);
    }
  });

  it('looks into a backbone that ends in a vector: at its last convolution, activated', () => {
    const layers = [backboneOf(['Conv', 'Relu', 'GlobalAveragePool']), ...DENSE.slice(1)];
    const inside = explain(layers);
    expect([inside.layer, inside.heat.shape]).toEqual(['backbone', [1, 6, 6]]);
  });

  it('passes over a last convolution that gives a single pixel', () => {
    const layers = [
      { type: 'conv2d', name: 'seen', filters: 2, kernel_size: 3, activation: 'relu' },
      { type: 'conv2d', name: 'pixel', filters: 2, kernel_size: 6 },
      ...DENSE,
    ];
    expect(explain(layers).layer).toBe('seen');
  });
});
