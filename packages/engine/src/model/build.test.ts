import { TrainyardError } from '@trainyard/contracts';
import { describe, expect, it } from 'vitest';
import { parseModelSpec } from '../spec/parse.js';
import { buildModel } from './build.js';
import { initialParameters } from './parameters.js';

const output = { type: 'dense', units: 'classes', activation: 'softmax' };
const flatten = { type: 'flatten' };

function build(layers: readonly object[], input?: object) {
  const spec = parseModelSpec(input ? { input, layers } : { layers });
  return buildModel(spec, { image: { width: 28, height: 20, channels: 1 }, classes: 10, task: 'multiclass' });
}

/** The single thing that is wrong, as `pointer: detail`. */
function errorOf(layers: readonly object[]): string {
  try {
    build(layers);
  } catch (error) {
    if (!(error instanceof TrainyardError) || error.code !== 'invalid_spec') throw error;
    expect(error.errors).toHaveLength(1);
    return (error.errors ?? []).map(({ pointer, detail }) => `${pointer}: ${detail}`)[0];
  }
  throw new Error('the model was built');
}

function shapesOf(layers: readonly object[]) {
  return build([...layers, flatten, output])
    .layers.slice(0, -2)
    .map(({ plan }) => plan.output);
}

describe('shapes', () => {
  it.each([
    [{ kernel_size: 3 }, 18, 26],
    [{ kernel_size: [2, 5] }, 19, 24],
    [{ kernel_size: 3, strides: 2 }, 9, 13],
    [{ kernel_size: 3, strides: [3, 4] }, 6, 7],
    [{ kernel_size: 3, padding: 'same' }, 20, 28],
    [{ kernel_size: 4, padding: 'same', strides: [3, 5] }, 7, 6],
    [{ kernel_size: [20, 28] }, 1, 1],
    [{ kernel_size: 100, padding: 'same' }, 20, 28],
  ])('of conv2d with %j are %i×%i', (args, height, width) => {
    expect(shapesOf([{ type: 'conv2d', filters: 5, ...args }])).toEqual([
      { kind: 'image', height, width, channels: 5 },
    ]);
  });

  it.each([
    [{}, 10, 14],
    [{ pool_size: 3 }, 6, 9],
    [{ pool_size: 3, strides: 1 }, 18, 26],
    [{ pool_size: 3, padding: 'same' }, 7, 10],
    [{ pool_size: [20, 28] }, 1, 1],
  ])('of max_pooling2d with %j are %i×%i', (args, height, width) => {
    expect(shapesOf([{ type: 'max_pooling2d', ...args }])).toEqual([{ kind: 'image', height, width, channels: 1 }]);
  });

  it('follow the input of the specification where it has one', () => {
    const model = build([flatten, output], { width: 5, height: 4, channels: 3 });
    expect(model.image).toEqual({ width: 5, height: 4, channels: 3 });
    expect(model.layers[0].plan.output).toEqual({
      kind: 'vector',
      units: 60,
      image: { kind: 'image', width: 5, height: 4, channels: 3 },
    });
  });

  it('of the last layer follow the number of classes', () => {
    expect(build([flatten, output]).layers[1].plan.output).toEqual({ kind: 'vector', units: 10 });
    expect(build([flatten, { ...output, units: 10 }]).classes).toBe(10);
  });
});

describe('weights', () => {
  it('have names, shapes and fans', () => {
    const { parameters } = build([
      { type: 'conv2d', name: 'first', filters: 4, kernel_size: [3, 2] },
      { type: 'conv2d', filters: 6, kernel_size: 3, use_bias: false },
      flatten,
      output,
    ]);
    expect(parameters.map(({ layer, name, shape, fan }) => [`${layer}/${name}`, shape, fan])).toEqual([
      ['first/kernel', [4, 1, 3, 2], { in: 6, out: 24 }],
      ['first/bias', [4], { in: 4, out: 4 }],
      ['conv2d/kernel', [6, 4, 3, 3], { in: 36, out: 54 }],
      ['dense/kernel', [16 * 25 * 6, 10], { in: 2400, out: 10 }],
      ['dense/bias', [10], { in: 10, out: 10 }],
    ]);
  });

  it('are initialised by the initialisers of their layers, each with other numbers', () => {
    const dense = { type: 'dense', units: 784, kernel_initializer: 'he_normal', bias_initializer: 'ones' };
    const values = initialParameters(build([flatten, dense, dense, dense, output]), 1);
    const second = values.get('dense_1/kernel') ?? new Float32Array();
    const variance = second.reduce((sum, w) => sum + w * w, 0) / second.length;
    expect(variance * 784).toBeCloseTo(2, 1);
    expect(values.get('dense_2/kernel')?.slice(0, 20)).not.toEqual(second.slice(0, 20));
    expect(values.get('dense/bias')?.every((b) => b === 1)).toBe(true);
    expect([...values.keys()]).toContain('dense_3/bias');
  });
});

describe('the end of a model', () => {
  const ending = (layer: object, data: object = {}) => {
    const spec = parseModelSpec({ layers: [flatten, { type: 'dense', ...layer }] });
    return buildModel(spec, { image: { width: 4, height: 4, channels: 1 }, classes: 2, ...data }).head;
  };

  it.each(['multiclass', 'multilabel', 'regression'])('is for the %s task of the data', (task) => {
    expect(ending({ units: 'classes' }, { task })).toEqual({ task, units: 2, activation: 'linear' });
  });

  it('standardises the targets of a regression that ends in linear, and no others', () => {
    const data = { task: 'regression', targets: { mean: [1, 2], std: [3, 4] } };
    expect(ending({ units: 2 }, data).targets).toEqual(data.targets);
    expect(ending({ units: 2, activation: 'relu' }, data)).not.toHaveProperty('targets');
    expect(ending({ units: 2 }, { ...data, task: 'multilabel' })).not.toHaveProperty('targets');
  });

  it('is binary where one unit tells two classes apart', () => {
    const head = ending({ units: 1, activation: 'sigmoid' }, { task: 'multiclass' });
    expect(head).toEqual({ task: 'binary', units: 1, activation: 'sigmoid' });
  });

  it.each([
    ['softmax', 3, 'multiclass'],
    ['sigmoid', 1, 'binary'],
    ['sigmoid', 3, 'multilabel'],
    ['linear', 1, 'regression'],
  ])('says what it is for where no data is known: %s over %i is %s', (activation, units, task) => {
    expect(ending({ activation, units }).task).toBe(task);
  });
});

describe('a model is refused', () => {
  it('when a kernel is larger than what is left of the image, by name and argument', () => {
    const small = { type: 'conv2d', name: 'too_big', filters: 2, kernel_size: [3, 15] };
    expect(errorOf([{ type: 'max_pooling2d' }, small, flatten, output])).toBe(
      '/layers/1/kernel_size: layer "too_big": expected at most the size of the input, 10×14; received 3×15. ' +
        'Use a smaller size, padding "same", or fewer layers that shrink the image before this one',
    );
  });

  it('when a pool is larger than what is left of the image', () => {
    const pool = { type: 'max_pooling2d', pool_size: 4 };
    expect(errorOf([pool, pool, pool, flatten, output])).toMatch(
      /^\/layers\/2\/pool_size: layer "max_pooling2d_2": expected .* 1×1; received 4×4/,
    );
  });

  it('when it ends with a dense layer that follows an image', () => {
    expect(errorOf([output])).toBe(
      '/layers/0: layer "dense": expected the last layer to give a vector of outputs; received an image of height 20, ' +
        'width 28 and 10 channels. Add global_average_pooling2d or flatten, and a dense layer',
    );
  });

  it.each(['conv2d', 'max_pooling2d'])('when %s follows a vector', (type) => {
    const layer = type === 'conv2d' ? { type, filters: 2, kernel_size: 3 } : { type };
    expect(errorOf([flatten, layer, output])).toBe(
      `/layers/1: layer "${type}": ${type} expected an image; received a vector of 560 units. Put it before flatten, or a reshape before it`,
    );
  });

  it('when the last layer has another number of units than there are classes', () => {
    expect(errorOf([flatten, { ...output, units: 4 }])).toBe(
      '/layers/1/units: layer "dense": expected 10, the number of classes in the data set, or "classes"; received 4',
    );
    expect(errorOf([flatten])).toMatch(/^\/layers\/0: layer "flatten": expected 10, .* received 560$/);
  });

  it('when the last layer is an image', () => {
    expect(errorOf([{ type: 'conv2d', filters: 10, kernel_size: 3 }])).toBe(
      '/layers/0: layer "conv2d": expected the last layer to give a vector of outputs; received an image of height 18, ' +
        'width 26 and 10 channels. Add global_average_pooling2d or flatten, and a dense layer',
    );
  });

  it('when a layer makes more of an image than memory holds', () => {
    const enlarge = { type: 'up_sampling2d', name: 'enlarge', size: 1024 };
    expect(errorOf([enlarge, flatten, output])).toBe(
      '/layers/0: layer "enlarge": expected an output of at most 268435456 values for one image; received 587202560. ' +
        'Use a smaller image, fewer channels or larger strides',
    );
  });

  it('when it has more weights than a graph can hold', () => {
    const wide = { type: 'dense', units: 1_000_000 };
    expect(errorOf([flatten, wide, wide, output])).toMatch(
      /^\/layers: expected at most 250000000 parameters; received \d+$/,
    );
  });
});
