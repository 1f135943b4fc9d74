import { resolveLoss, resolveOptimizer } from '@trainyard/contracts';
import { describe, expect, it } from 'vitest';
import { compileTrainStep } from '../../../packages/engine/src/compile/train-step.js';
import { Graph } from '../../../packages/engine/src/graph/graph.js';
import { buildModel } from '../../../packages/engine/src/model/build.js';
import { toOnnx, toRepeatedOnnx } from '../../../packages/engine/src/onnx/model.js';
import { convTranspose } from '../../../packages/engine/src/ops/conv-transpose.js';
import { presets } from '../../../packages/engine/src/presets/index.js';
import { parseModelSpec } from '../../../packages/engine/src/spec/parse.js';
import { everyGraph } from './graphs.js';
import { typedNodes } from './onnx-nodes.js';
import { nodesWithoutKernel } from './without-kernel.js';

const SYMMETRIC = { kernel_shape: [3, 3], strides: [2, 2], dilations: [1, 1], pads: [0, 0, 0, 0], group: 1 } as const;

/** A transposed convolution as it is written, without the lowering. */
function transposed(pads: readonly [number, number, number, number]): Graph {
  const graph = new Graph();
  const x = graph.input('x', 'float32', [1, 2, 4, 4]);
  const w = graph.input('w', 'float32', [2, 3, 3, 3]);
  graph.output('y', convTranspose(x, w, { ...SYMMETRIC, pads, output_padding: [0, 0] }));
  return graph;
}

describe('a job on CUDA', () => {
  const graphs = everyGraph();

  it('has a kernel there for every node of every graph', () => {
    const missing = graphs.flatMap(({ name, onnx }) => nodesWithoutKernel(onnx).map((node) => `${name}: ${node}`));
    expect(missing).toEqual([]);
  });

  it('trains several steps in one run, whose nodes are looked at too', () => {
    const training = graphs.find(({ name }) => name === 'resnet8: training');
    const types = training ? typedNodes(training.onnx).nodes.map(({ type }) => type) : [];
    expect(types.filter((type) => type === 'Scan')).toHaveLength(1);
    expect(types.filter((type) => type === 'Conv').length).toBeGreaterThan(5);
  });
});

describe('nodesWithoutKernel', () => {
  it('finds what the provider refuses, in the body of Scan too', () => {
    expect(nodesWithoutKernel(toOnnx(transposed([1, 1, 1, 1]), { name: 'symmetric' }))).toEqual([]);
    const graph = transposed([0, 0, 1, 1]);
    const alone = nodesWithoutKernel(toOnnx(graph, { name: 'alone' }));
    expect(alone).toEqual(['ConvTranspose@0: ConvTranspose with pads 0,0,1,1']);
    expect(nodesWithoutKernel(toRepeatedOnnx(graph, { times: 2, carried: [] }, { name: 'repeated' }))).toEqual(alone);
  });

  it('finds types and operators that there is no kernel for', () => {
    const graph = new Graph();
    const pixels = graph.input('pixels', 'uint8', [4]);
    const add = { type: 'Equal', infer: () => [{ dtype: 'bool', shape: [4] } as const], onnx: {} };
    const [same] = graph.apply(add, [pixels, pixels], {});
    const shift = { type: 'BitShift', infer: () => [{ dtype: 'uint8', shape: [4] } as const], onnx: {} };
    graph.output('same', same);
    graph.output('shifted', graph.apply(shift, [pixels, pixels], {})[0]);
    expect(nodesWithoutKernel(toOnnx(graph, { name: 'small' }))).toEqual([
      'Equal@0: no kernel for Equal of uint8',
      'BitShift@1: no kernel for :BitShift',
    ]);
  });

  it('finds every node of the blocked layout, which the CPU alone has', () => {
    const { spec } = presets.resnet8;
    const step = compileTrainStep(buildModel(parseModelSpec(spec), { image: spec.input, classes: 10 }), {
      batchSize: 16,
      optimizer: resolveOptimizer(),
      loss: resolveLoss('categorical_crossentropy'),
      preprocessing: { scale: [1, 1, 1], offset: [0, 0, 0] },
      stepsPerRun: 1,
      block: 16,
    });
    const blocked = typedNodes(step.onnx).nodes.filter(({ domain }) => domain === 'com.microsoft.nchwc');
    expect(blocked.length).toBeGreaterThan(20);
    expect(nodesWithoutKernel(step.onnx)).toHaveLength(blocked.length);
  });
});
