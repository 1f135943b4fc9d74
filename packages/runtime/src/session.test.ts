import { describe, expect, it } from 'vitest';
import { createSession, float32Tensor, int32Tensor, isOutOfMemory, runtimeVersion, uint8Tensor } from './session.js';

const FLOAT = 1;

/** One protobuf field: a varint, or bytes with their length before them. */
function field(number: number, value: number | string | number[]): number[] {
  if (typeof value === 'number') return [number << 3, value];
  const bytes = typeof value === 'string' ? [...new TextEncoder().encode(value)] : value;
  return [(number << 3) | 2, bytes.length, ...bytes];
}

function valueInfo(name: string, size: number): number[] {
  const shape = field(1, field(1, size));
  return [...field(1, name), ...field(2, field(1, [...field(1, FLOAT), ...field(2, shape)]))];
}

/** The ONNX model y = x + x over `size` floats. */
function doubling(size: number): Uint8Array {
  const node = [...field(1, 'x'), ...field(1, 'x'), ...field(2, 'y'), ...field(4, 'Add')];
  const graph = [
    ...field(1, node),
    ...field(2, 'g'),
    ...field(11, valueInfo('x', size)),
    ...field(12, valueInfo('y', size)),
  ];
  return Uint8Array.from([...field(1, 8), ...field(8, field(2, 17)), ...field(7, graph)]);
}

describe('createSession', () => {
  it('runs a graph and names its inputs and outputs', async () => {
    const session = await createSession(doubling(3), { device: 'cpu', threads: 1 });
    expect(session.inputNames).toEqual(['x']);
    expect(session.outputNames).toEqual(['y']);
    const { y } = await session.run({ x: float32Tensor(Float32Array.of(1, 2, 3), [3]) });
    expect(y).toMatchObject({ dtype: 'float32', shape: [3] });
    expect([...y.data]).toEqual([2, 4, 6]);
    await session.release();
  });

  it('refuses what is no ONNX model', async () => {
    await expect(createSession(Uint8Array.of(1, 2, 3), { device: 'cpu', threads: 1 })).rejects.toThrow();
  });
});

describe('tensors', () => {
  it('refuse data that does not fill their shape', () => {
    expect(() => float32Tensor(new Float32Array(5), [2, 3])).toThrow('has 6 elements. Received: 5');
    expect(() => uint8Tensor(new Uint8Array(5), [])).toThrow(RangeError);
    expect(() => int32Tensor(new Int32Array(0), [1])).toThrow(RangeError);
  });
});

describe('isOutOfMemory', () => {
  it('knows the messages of onnxruntime, CUDA and the heap', () => {
    for (const message of [
      'Failed to allocate memory for requested buffer of size 4096',
      'CUDA failure 2: out of memory ; GPU=0',
      'CUBLAS_STATUS_ALLOC_FAILED',
      'Array buffer allocation failed',
      'std::bad_alloc',
    ]) {
      expect(isOutOfMemory(new Error(message)), message).toBe(true);
    }
    expect(isOutOfMemory(new Error('Invalid rank for input: image'))).toBe(false);
  });
});

describe('runtimeVersion', () => {
  it('is the pinned version', () => {
    expect(runtimeVersion()).toBe('1.29.0');
  });
});
