// What onnxruntime makes of an ONNX file, and what it makes of a model whose only layer is that file as a backbone.
import {
  backboneWeights,
  buildModel,
  compilePredictor,
  importBackbone,
  parseModelSpec,
  readOnnxModel,
} from '@trainyard/engine';
import { createSession, float32Tensor } from '@trainyard/runtime';
import { expect } from 'vitest';
import { graphOf } from '../engine/onnx-files.js';

/** The values of the file at its end, and those of a model whose only layer is the backbone, for the same two images. */
export async function bothOf(file: Uint8Array, side: number, output?: string): Promise<[Float32Array, Float32Array]> {
  const { layout } = importBackbone(readOnnxModel(file));
  const graph = graphOf(file, output);
  const pixels = Uint8Array.from({ length: 2 * side * side * 3 }, (_, i) => (i * 7919 + (i >> 4)) % 256);
  const size = { width: side, height: side, channels: 3 } as const;
  const layers = [{ type: 'onnx_backbone', backbone_id: `bb_${'0'.repeat(26)}`, graph }, { type: 'flatten' }];
  const model = buildModel(parseModelSpec({ input: size, layers }), { image: size, classes: 1 });
  const parameters = new Map([...backboneWeights(graph, file)].map(([name, data]) => [`onnx_backbone/${name}`, data]));
  const scale = [2 / 255, 2 / 255, 2 / 255];
  const preprocessing = { scale, offset: [-1, -1, -1] };
  const ours = compilePredictor(model, { parameters, preprocessing, labels: [], fit: 'cover' });
  const symmetric = Float32Array.from(pixels, (pixel) => Math.fround(Math.fround(pixel) * Math.fround(2 / 255)) - 1);
  const given =
    layout === 'nhwc'
      ? float32Tensor(symmetric, [2, side, side, 3])
      : float32Tensor(planar(symmetric, side), [2, 3, side, side]);
  return [
    await lastOf(file, given),
    await lastOf(ours.onnx, { dtype: 'uint8', shape: [2, side, side, 3], data: pixels }),
  ];
}

async function lastOf(
  onnx: Uint8Array,
  image: Parameters<Awaited<ReturnType<typeof createSession>>['run']>[0][string],
) {
  const session = await createSession(onnx, { device: 'cpu', threads: 1 });
  const results = await session.run({ [session.inputNames[0]]: image });
  await session.release();
  const { data } = results[session.outputNames[0]];
  if (!(data instanceof Float32Array)) throw new TypeError('the output is not float32');
  return data;
}

function planar(pixels: Float32Array, side: number): Float32Array {
  const area = side * side;
  return Float32Array.from(pixels, (_, i) => {
    const [row, channel] = [Math.floor(i / (3 * area)), Math.floor(i / area) % 3];
    return pixels[(row * area + (i % area)) * 3 + channel];
  });
}

export function expectClose(found: Float32Array, expected: Float32Array, tolerance: number): void {
  expect(found.length).toBe(expected.length);
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const off = found.reduce((most, value, i) => Math.max(most, Math.abs(value - expected[i])), 0);
  expect(largest).toBeGreaterThan(0);
  expect(off).toBeLessThan(tolerance * largest);
}
