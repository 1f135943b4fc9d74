import { TrainyardError } from '@trainyard/contracts';
import { describe, expect, it } from 'vitest';
import { importBackbone } from '../backbone/import.js';
import { Graph } from '../graph/graph.js';
import { conv } from '../ops/conv.js';
import { relu } from '../ops/relu.js';
import { toOnnx } from './model.js';
import { readOnnxModel } from './read-model.js';
import { floatsOf } from './read-tensor.js';

const WINDOW = { kernel_shape: [2, 2], strides: [1, 1], dilations: [1, 1], pads: [0, 0, 0, 0], group: 1 } as const;
const KERNEL = Float32Array.from({ length: 24 }, (_, i) => i / 7);

function file(): Uint8Array {
  const graph = new Graph();
  const x = graph.input('x', 'float32', [1, 3, 4, 4]);
  const kernel = graph.constant('float32', [2, 3, 2, 2], KERNEL, 'kernel');
  graph.output('y', relu(conv(x, kernel, null, WINDOW)));
  return toOnnx(graph, { name: 'small', openBatch: 'batch' });
}

/** What becomes of bytes: an import, or the code of its error. */
function read(bytes: Uint8Array): string {
  try {
    importBackbone(readOnnxModel(bytes));
    return 'read';
  } catch (error) {
    return error instanceof TrainyardError ? error.code : `threw ${String(error)}`;
  }
}

describe('reading an ONNX file', () => {
  it('gives back what was written', () => {
    const { opset, producer, nodes, inputs, outputs, initializers } = readOnnxModel(file());
    expect({ opset, producer, inputs }).toEqual({
      opset: 17,
      producer: 'trainyard',
      inputs: [{ name: 'x', dataType: 1, shape: [null, 3, 4, 4] }],
    });
    expect(outputs.map(({ name }) => name)).toEqual(['y']);
    expect(nodes.map(({ type, outputs: [output] }) => [type, output])).toEqual([
      ['Conv', 'Conv#0'],
      ['Relu', 'y'],
    ]);
    expect(nodes[0].attributes.get('kernel_shape')).toEqual({ kind: 'numbers', value: [2, 2] });
    const kernel = initializers.get('kernel');
    expect(kernel && floatsOf(kernel)).toEqual(KERNEL);
  });

  it('refuses or reads each file that is cut off, and never breaks', () => {
    const whole = file();
    const found = new Set(Array.from(whole, (_, length) => read(whole.slice(0, length))));
    expect([...found].sort()).toEqual(['invalid_backbone', 'read']);
  });

  it('refuses or reads files with a changed byte, and never breaks', () => {
    const whole = file();
    const found = new Set<string>();
    for (let at = 0; at < whole.length; at++) {
      for (const value of [0, 1, 0x7f, 0x80, 0xff]) {
        const changed = whole.slice();
        changed[at] = value;
        found.add(read(changed));
      }
    }
    expect([...found].sort()).toEqual(['invalid_backbone', 'read']);
  });

  it.each([
    ['nothing', new Uint8Array(), 'with a graph'],
    ['text', new TextEncoder().encode('PK this is no model at all'), 'cannot be read as protobuf'],
  ])('says what is wrong with %s', (_, bytes, message) => {
    expect(() => readOnnxModel(bytes)).toThrow(message);
  });
});
