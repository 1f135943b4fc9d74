import { TrainyardError } from '@trainyard/contracts';
import { describe, expect, it } from 'vitest';
import { layers } from '../layers/index.js';
import { parseModelSpec } from './parse.js';

/** What is wrong, as `pointer: detail`. */
function errorsOf(spec: unknown): string[] {
  try {
    parseModelSpec(spec);
  } catch (error) {
    if (!(error instanceof TrainyardError) || error.code !== 'invalid_spec') throw error;
    return (error.errors ?? []).map(({ pointer, detail }) => `${pointer}: ${detail}`);
  }
  return [];
}

const errorsOfLayer = (layer: unknown) => errorsOf({ layers: [layer] });
const conv = { type: 'conv2d', filters: 2, kernel_size: 3 };

describe('a specification is refused', () => {
  it.each([null, 3, 'layers', [], true])('when it is %j', (spec) => {
    expect(errorsOf(spec)).toEqual([`: expected an object with "layers"; received ${JSON.stringify(spec)}`]);
  });

  it('without layers', () => {
    const expected = '/layers: expected an array of 1 to 1000 layers; received';
    expect(errorsOf({})).toEqual([`${expected} nothing`]);
    expect(errorsOf({ layers: [] })).toEqual([`${expected} 0 layers`]);
    expect(errorsOf({ layers: {} })).toEqual([`${expected} {}`]);
    const flatten = { type: 'flatten' };
    expect(errorsOf({ layers: Array.from({ length: 1001 }, () => flatten) })).toEqual([`${expected} 1001 layers`]);
  });

  it('for each unknown field, with the known ones', () => {
    expect(errorsOf({ layers: [conv], 'a/b': 1, 'c~d': 2 })).toEqual([
      '/a~1b: unknown field; expected input, layers',
      '/c~0d: unknown field; expected input, layers',
    ]);
    expect(errorsOfLayer({ type: 'dropout', rate: 0.5, seed: 1 })).toEqual([
      '/layers/0/seed: unknown field; expected rate',
    ]);
    expect(errorsOfLayer({ type: 'flatten', data_format: null })).toEqual([
      '/layers/0/data_format: unknown field; expected no arguments',
    ]);
  });

  it('for a field that only looks like one of a JavaScript object', () => {
    const spec: unknown = JSON.parse('{"layers": [{"type": "flatten", "__proto__": {"name": "x"}}], "constructor": 1}');
    expect(errorsOf(spec)).toEqual([
      '/constructor: unknown field; expected input, layers',
      '/layers/0/__proto__: unknown field; expected no arguments',
    ]);
    expect(errorsOfLayer({ type: 'constructor' })).toHaveLength(1);
  });

  it.each([undefined, null, 'lstm', 5, 'Conv2D'])('for a layer of type %j', (type) => {
    const known = [...Object.keys(layers), 'sequential'].map((name) => `"${name}"`).join(', ');
    const received = type === undefined ? 'nothing' : JSON.stringify(type);
    expect(errorsOfLayer({ type })).toEqual([`/layers/0/type: expected one of ${known}; received ${received}`]);
  });

  it('for a layer that is no object', () => {
    expect(errorsOfLayer('flatten')).toEqual(['/layers/0: expected an object with a "type"; received "flatten"']);
  });

  it('for everything that is wrong, not only the first', () => {
    const spec = { layers: [{ type: 'conv2d', filters: 0 }, { type: 'dropout', rate: 1 }, 7] };
    expect(errorsOf(spec).map((error) => error.split(':')[0])).toEqual([
      '/layers/0/filters',
      '/layers/0/kernel_size',
      '/layers/1/rate',
      '/layers/2',
    ]);
    expect(() => parseModelSpec(spec)).toThrow('(and 3 more)');
  });
});

const SIDE = 'an integer of at least 1 and at most 1024';
const PAIR = `${SIDE}, or an array of 2, each ${SIDE}`;

describe('an argument is refused with what was expected and received', () => {
  it.each([
    [{ ...conv, filters: 0 }, 'filters', 'an integer of at least 1 and at most 65536', '0'],
    [{ ...conv, filters: 2.5 }, 'filters', 'an integer of at least 1 and at most 65536', '2.5'],
    [{ ...conv, filters: '8' }, 'filters', 'an integer of at least 1 and at most 65536', '"8"'],
    [{ ...conv, filters: null }, 'filters', 'an integer of at least 1 and at most 65536', 'null'],
    [{ type: 'conv2d', filters: 1 }, 'kernel_size', PAIR, 'nothing'],
    [{ ...conv, kernel_size: [3] }, 'kernel_size', PAIR, '[3]'],
    [{ ...conv, kernel_size: [3, 0] }, 'kernel_size', PAIR, '[3,0]'],
    [{ ...conv, strides: [1, 2, 3] }, 'strides', PAIR, '[1,2,3]'],
    [{ ...conv, padding: 'full' }, 'padding', 'one of "valid", "same"', '"full"'],
    [{ ...conv, use_bias: 1 }, 'use_bias', 'true or false', '1'],
    [{ type: 'dropout', rate: 1 }, 'rate', 'a number of at least 0 and less than 1', '1'],
    [{ type: 'dropout', rate: -0.1 }, 'rate', 'a number of at least 0 and less than 1', '-0.1'],
    [{ type: 'batch_normalization', epsilon: 0 }, 'epsilon', 'a number of more than 0', '0'],
    [
      { type: 'dense', units: 'all' },
      'units',
      'an integer of at least 1 and at most 1048576, or one of "classes"',
      '"all"',
    ],
    [{ type: 'flatten', name: 'a b' }, 'name', 'up to 256 letters, digits, ".", "_" or "-"', '"a b"'],
    [{ type: 'flatten', name: '' }, 'name', 'up to 256 letters, digits, ".", "_" or "-"', '""'],
  ])('%j', (layer, argument, expected, received) => {
    expect(errorsOfLayer(layer)).toEqual([`/layers/0/${argument}: expected ${expected}; received ${received}`]);
  });

  it('and a long value is cut short', () => {
    const [error] = errorsOfLayer({ ...conv, padding: 'x'.repeat(5000) });
    expect(error.length).toBeLessThan(200);
  });

  it.each([
    [{ ...conv, activation: 'swish' }, '/layers/0/activation', 'expected one of "linear", "relu"'],
    [{ ...conv, activation: { type: 'swish' } }, '/layers/0/activation', 'received {"type":"swish"}'],
    [{ ...conv, activation: { type: 'relu', x: 1 } }, '/layers/0/activation/x', 'unknown field; expected type'],
    [
      { ...conv, activation: { type: 'leaky_relu', negative_slope: -1 } },
      '/layers/0/activation/negative_slope',
      'expected a number of at least 0; received -1',
    ],
    [
      { ...conv, kernel_initializer: { type: 'random_normal', stddev: 'a' } },
      '/layers/0/kernel_initializer/stddev',
      'expected a number of at least 0; received "a"',
    ],
    [{ ...conv, bias_initializer: 'identity' }, '/layers/0/bias_initializer', 'received "identity"'],
    [{ type: 'activation' }, '/layers/0/activation', 'received nothing'],
  ])('also within %j', (layer, pointer, detail) => {
    const [error] = errorsOfLayer(layer);
    expect(error).toMatch(new RegExp(`^${pointer}: `));
    expect(error).toContain(detail);
  });

  it.each([
    [3, '/input: expected an object with width, height and channels; received 3'],
    [{ width: 8, height: 8, channels: 2 }, '/input/channels: expected one of 1, 3; received 2'],
    [{ width: 8, height: 8 }, '/input/channels: expected one of 1, 3; received nothing'],
    [{ width: 0, height: 8, channels: 1 }, `/input/width: expected ${SIDE}; received 0`],
    [{ width: 8, height: 1025, channels: 1 }, `/input/height: expected ${SIDE}; received 1025`],
    [{ width: 8, height: 8, channels: 1, depth: 1 }, '/input/depth: unknown field; expected width, height, channels'],
  ])('in the input %j', (input, error) => {
    expect(errorsOf({ input, layers: [conv] })).toEqual([error]);
  });
});

describe('a specification is read', () => {
  it("with Keras' defaults", () => {
    expect(parseModelSpec({ layers: [conv, { type: 'max_pooling2d' }, { type: 'dense', units: 3 }] })).toEqual({
      layers: [
        {
          ...conv,
          name: 'conv2d',
          strides: 1,
          padding: 'valid',
          dilation_rate: 1,
          groups: 1,
          activation: 'linear',
          use_bias: true,
          kernel_initializer: 'glorot_uniform',
          bias_initializer: 'zeros',
        },
        { type: 'max_pooling2d', name: 'max_pooling2d', pool_size: 2, padding: 'valid' },
        {
          type: 'dense',
          name: 'dense',
          units: 3,
          activation: 'linear',
          use_bias: true,
          kernel_initializer: 'glorot_uniform',
          bias_initializer: 'zeros',
        },
      ],
    });
  });

  it('with null where Keras means the default', () => {
    const pool = { type: 'max_pooling2d', pool_size: 3, strides: null, padding: null };
    expect(parseModelSpec({ layers: [pool] }).layers[0]).toEqual({
      type: 'max_pooling2d',
      name: 'max_pooling2d',
      pool_size: 3,
      padding: 'valid',
    });
  });

  it('with its input and everything that it sets', () => {
    const input = { width: 20, height: 10, channels: 3 };
    const layer = {
      type: 'conv2d',
      name: 'first',
      filters: 4,
      kernel_size: [3, 2],
      strides: [2, 1],
      padding: 'same',
      dilation_rate: 1,
      groups: 1,
      activation: { type: 'leaky_relu', negative_slope: 0.1 },
      use_bias: false,
      kernel_initializer: { type: 'random_uniform', minval: -1, maxval: 1, seed: 5 },
      bias_initializer: { type: 'constant', value: 0.5 },
    };
    expect(parseModelSpec({ input, layers: [layer] })).toEqual({ input, layers: [layer] });
  });

  it('the same when it is read again', () => {
    const spec = parseModelSpec({ layers: [conv, conv, { type: 'flatten' }, { type: 'dense', units: 'classes' }] });
    expect(parseModelSpec(spec)).toEqual(spec);
  });
});

describe('a layer that stands elsewhere in what its author wrote', () => {
  it('is pointed to there', () => {
    const parse = () =>
      parseModelSpec({ layers: [conv, { ...conv, filters: 0 }] }, { pointers: ['/config/0', '/config/7'] });
    expect(parse).toThrow('/config/7/filters: expected');
  });
});

describe('layers are named', () => {
  const namesOf = (layers: object[]) => parseModelSpec({ layers }).layers.map(({ name }) => name);
  const flatten = { type: 'flatten' };

  it('by their type and a number', () => {
    expect(namesOf([flatten, conv, flatten, flatten])).toEqual(['flatten', 'conv2d', 'flatten_1', 'flatten_2']);
  });

  it('around the names that were given, before or after', () => {
    expect(namesOf([flatten, { ...flatten, name: 'flatten' }])).toEqual(['flatten_1', 'flatten']);
    expect(namesOf([{ ...flatten, name: 'flatten_1' }, flatten, flatten])).toEqual([
      'flatten_1',
      'flatten',
      'flatten_2',
    ]);
  });

  it('once each', () => {
    const twice = {
      layers: [
        { ...flatten, name: 'a' },
        { ...conv, name: 'a' },
      ],
    };
    expect(errorsOf(twice)).toEqual(['/layers/1/name: expected a name of its own; another layer is called "a" too']);
  });
});
