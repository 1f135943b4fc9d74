import { describe, expect, it } from 'vitest';
import { mix32 } from './random/counter.js';
import { readSafetensors, SafetensorsError, writeSafetensors } from './safetensors.js';

const tensors = new Map([
  ['conv2d/kernel', { shape: [2, 1, 3], data: Float32Array.of(1, -2, 3.5, 1e-40, Number.MAX_VALUE, -0) }],
  ['scalar', { shape: [], data: Float32Array.of(7) }],
  ['empty', { shape: [0, 4], data: new Float32Array() }],
  ['dense/bias', { shape: [3], data: Float32Array.of(Number.NaN, 0, 0.1) }],
]);
const metadata = { step: '12', note: 'größer' };
const file = writeSafetensors(tensors, metadata);

/** A file with the given header, written by hand. */
function fileWith(header: string, body = new Uint8Array(16)): Uint8Array {
  const text = new TextEncoder().encode(header);
  const bytes = new Uint8Array(8 + text.length + body.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  bytes.set(body, 8 + text.length);
  return bytes;
}

describe('a safetensors file', () => {
  it('gives back names, shapes, numbers and metadata', () => {
    const read = readSafetensors(file);
    expect([...read.tensors.keys()]).toEqual([...tensors.keys()]);
    for (const [name, { shape, data }] of tensors) {
      expect(read.tensors.get(name)?.shape).toEqual(shape);
      expect(read.tensors.get(name)?.data).toEqual(data);
    }
    expect(read.metadata).toEqual(metadata);
  });

  it('reads the same from any kind of byte array, at any offset', () => {
    const shifted = new Uint8Array(file.length + 1);
    shifted.set(file, 1);
    for (const bytes of [Buffer.from(file), shifted.subarray(1)]) {
      expect(readSafetensors(bytes).tensors.get('conv2d/kernel')?.data).toEqual(tensors.get('conv2d/kernel')?.data);
    }
  });

  it('is laid out as the format says: length, JSON, then the numbers at a multiple of 8', () => {
    const length = Number(new DataView(file.buffer).getBigUint64(0, true));
    const header = JSON.parse(new TextDecoder().decode(file.subarray(8, 8 + length)));
    expect(length % 8).toBe(0);
    expect(header['dense/bias']).toEqual({ dtype: 'F32', shape: [3], data_offsets: [28, 40] });
    expect(header.__metadata__).toEqual(metadata);
    expect(file.length).toBe(8 + length + 40);
    expect(new DataView(file.buffer).getFloat32(8 + length + 24, true)).toBe(7);
  });

  it('is equal for equal tensors', () => {
    expect(writeSafetensors(tensors, metadata)).toEqual(file);
  });

  it('can be read from the middle of a larger buffer', () => {
    const buffer = new Uint8Array(file.length + 5);
    buffer.set(file, 3);
    expect(readSafetensors(buffer.subarray(3, 3 + file.length)).tensors.get('scalar')?.data).toEqual(
      Float32Array.of(7),
    );
  });

  it('that another program wrote, with the header in another order, can be read', () => {
    const header =
      '{"b":{"data_offsets":[8,16],"dtype":"F32","shape":[2]},"a":{"shape":[2],"dtype":"F32","data_offsets":[0,8]}}';
    const body = new Uint8Array(Float32Array.of(1, 2, 3, 4).buffer);
    const { tensors: read, metadata: none } = readSafetensors(fileWith(header, body));
    expect(read.get('b')?.data).toEqual(Float32Array.of(3, 4));
    expect(none).toEqual({});
  });

  it('is not written where the numbers do not fill a shape', () => {
    const wrong = new Map([['w', { shape: [2, 2], data: new Float32Array(3) }]]);
    expect(() => writeSafetensors(wrong)).toThrow(SafetensorsError);
  });
});

describe('a damaged safetensors file is refused', () => {
  it('wherever it was cut off', () => {
    for (let length = 0; length < file.length; length++) {
      expect(() => readSafetensors(file.subarray(0, length)), `${length} bytes`).toThrow(SafetensorsError);
    }
  });

  it.each([
    ['header is no JSON', '{"a":'],
    ['header is no object', '[1]'],
    ['header is null', 'null'],
    ['entry is no object', '{"a":3}'],
    ['type is not read', '{"a":{"dtype":"F16","shape":[2],"data_offsets":[0,4]}}'],
    ['shape is missing', '{"a":{"dtype":"F32","data_offsets":[0,4]}}'],
    ['shape is negative', '{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}'],
    ['shape is no integer', '{"a":{"dtype":"F32","shape":[0.5],"data_offsets":[0,2]}}'],
    ['offsets are missing', '{"a":{"dtype":"F32","shape":[1]}}'],
    ['offsets are too few', '{"a":{"dtype":"F32","shape":[1],"data_offsets":[0]}}'],
    ['offsets are reversed', '{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}'],
    ['offsets do not fit the shape', '{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,8]}}'],
    ['offsets lie outside', '{"a":{"dtype":"F32","shape":[2],"data_offsets":[12,20]}}'],
  ])('where the %s', (_name, header) => {
    expect(() => readSafetensors(fileWith(header))).toThrow(SafetensorsError);
  });

  it('where the header is said to be of an absurd length', () => {
    for (const length of [2n ** 32n, 2n ** 63n, 2n ** 64n - 1n]) {
      const damaged = file.slice();
      new DataView(damaged.buffer).setBigUint64(0, length, true);
      expect(() => readSafetensors(damaged)).toThrow(SafetensorsError);
    }
  });

  it('without any other kind of error, whichever byte of its header has changed', () => {
    const length = 8 + Number(new DataView(file.buffer).getBigUint64(0, true));
    for (let i = 0; i < length * 8; i++) {
      const damaged = file.slice();
      damaged[i % length] = mix32(i) & 255;
      try {
        readSafetensors(damaged);
      } catch (error) {
        expect(error).toBeInstanceOf(SafetensorsError);
      }
    }
  });
});
