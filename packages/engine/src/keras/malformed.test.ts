import { TrainyardError } from '@trainyard/contracts';
import { describe, expect, it } from 'vitest';
import { buildModel } from '../model/build.js';
import { parseModelSpec } from '../spec/parse.js';
import { importKeras } from './import.js';

/** What is wrong, as `pointer: detail`. */
function errorsOf(posted: unknown): string[] {
  return errorsIn(() => importKeras(posted));
}

function errorsIn(run: () => void): string[] {
  try {
    run();
  } catch (error) {
    if (!(error instanceof TrainyardError) || error.code !== 'invalid_spec') throw error;
    return (error.errors ?? []).map(({ pointer, detail }) => `${pointer}: ${detail}`);
  }
  return [];
}

const layer = (class_name: string, config: object = {}, extra: object = {}) => ({
  class_name,
  config: { name: 'x', ...config },
  ...extra,
});

/** What is wrong with one layer of a Sequential model. */
const errorsOfLayer = (className: string, config: object = {}, extra: object = {}) =>
  errorsOf([layer(className, config, extra)]);

const input = layer(
  'InputLayer',
  { name: 'in', batch_input_shape: [null, 4, 4, 3] },
  { name: 'in', inbound_nodes: [] },
);
const node = (class_name: string, name: string, inbound_nodes: unknown, config: object = {}) => ({
  class_name,
  name,
  config: { name, ...config },
  inbound_nodes,
});
const call = (...names: string[]) => [names.map((name) => [name, 0, 0, {}])];
const model = (layers: unknown[], ends: object = {}, extra: object = {}) => ({
  class_name: 'Functional',
  config: { name: 'm', layers, input_layers: [['in', 0, 0]], output_layers: [['out', 0, 0]], ...ends },
  ...extra,
});

describe('what is no model of Keras is refused', () => {
  it.each([
    [null, 'received null'],
    [3, 'received 3'],
    [true, 'received true'],
    [{}, 'received {}'],
    ['', 'received text that is not JSON: ""'],
    ['{"a": ', 'received text that is not JSON'],
    ['3', 'received 3'],
    [[], 'expected a list of layers; received []'],
    [{ class_name: 'Sequential' }, '/config: expected a list of layers; received nothing'],
    [{ class_name: 'Sequential', config: 3 }, '/config: expected a list of layers; received 3'],
    [{ class_name: 'Sequential', config: { layers: {} } }, '/config/layers: expected a list of layers; received {}'],
    [{ class_name: 3, config: {} }, 'expected what Keras'],
    [{ layers: [{ type: 'conv2d' }] }, 'post them as "spec"'],
    [{ model_config: null }, 'expected what Keras'],
    [
      { format: 'graph-model', modelTopology: { node: [] } },
      '/format: expected "layers-model"; received "graph-model"',
    ],
    [[{ class_name: 'InputLayer', config: {} }], 'expected at least one layer after the input'],
    [[3], '/0: expected a layer, an object with "class_name" and "config"; received 3'],
    [[{ class_name: null }], '/0/class_name: expected the name of a layer'],
    [[{ class_name: 'Flatten', config: 'x' }], '/0/config: expected an object; received "x"'],
  ])('%j', (posted, expected) => {
    const errors = errorsOf(posted);
    expect(errors.length).toBeGreaterThan(0);
    expect(errors[0]).toContain(expected);
  });

  it('however deep it is', () => {
    const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;
    for (const text of [nested(1e5), `[{"class_name":"Dense","config":{"units":${nested(1e5)}}}]`]) {
      expect(errorsOf(text)).toEqual([': expected at most 100 levels of nesting; received more']);
      expect(errorsOf(JSON.parse(text))).toEqual([': expected at most 100 levels of nesting; received more']);
    }
    let model: object = { class_name: 'Sequential', config: [layer('Flatten')] };
    for (let i = 0; i < 60; i++) model = { class_name: 'Sequential', config: [model] };
    expect(errorsOf(model)[0]).toContain('levels of nesting');
    let text = JSON.stringify([layer('Flatten')]);
    for (let i = 0; i < 8; i++) text = JSON.stringify({ model_config: text });
    expect(errorsOf(text)).toEqual([]);
  });

  it('however long it is', () => {
    const many = Array.from({ length: 1_000_001 }, () => 0);
    expect(errorsOf(many)).toEqual([': expected at most 1000000 values; received more']);
    const layers = Array.from({ length: 1000 }, () => layer('Flatten'));
    const nested = { class_name: 'Sequential', config: { layers } };
    expect(errorsOf([...layers, ...layers])).toEqual([': expected at most 1001 layers; received 2000']);
    expect(errorsOf([nested, nested, nested])).toEqual([': expected at most 1001 layers; received 3000']);
    expect(errorsOf(nested)).toEqual([]);
    const metrics = Array.from({ length: 1000 }, (_, i) => `metric_${i}`);
    expect(importKeras({ ...nested, compile_config: { metrics } }).notes).toHaveLength(100);
    const [error] = errorsOfLayer('x'.repeat(1e6));
    expect(error.length).toBeLessThan(2000);
  });

  it('whatever its prototypes and names are', () => {
    const bare: object = Object.assign(Object.create(null), { class_name: 'Sequential', config: [layer('Flatten')] });
    expect(errorsOf(bare)).toEqual([]);
    const odd = '[{"class_name":"Dense","config":{"units":3,"__proto__":{"units":4},"constructor":1,"toString":null}}]';
    expect(errorsOf(odd).map((error) => error.split(':')[0])).toEqual(['/0/config/__proto__', '/0/config/constructor']);
    const inherited =
      '[{"class_name":"Dense","config":{"units":3,"activation":"constructor","kernel_initializer":"__proto__","kernel_regularizer":"toString","kernel_constraint":"valueOf"}}]';
    expect(errorsOf(inherited)).toHaveLength(4);
    expect(Object.hasOwn(Object.prototype, 'units')).toBe(false);
  });

  it('and never crashes it, whatever stands in place of any part of a model', () => {
    const whole = model(
      [
        input,
        node('Conv2D', 'c', call('in'), {
          filters: 2,
          kernel_size: [3, 3],
          kernel_initializer: { class_name: 'HeNormal', config: { seed: 1 } },
        }),
        node('Add', 'out', call('in', 'c')),
      ],
      {},
      {
        training_config: { loss: 'mse' },
        compile_config: {
          optimizer: { class_name: 'Adam', config: { learning_rate: 0.1 } },
          loss: ['mse'],
          metrics: [['accuracy']],
        },
      },
    );
    const junk: unknown[] = [
      null,
      0,
      -1,
      1e300,
      '',
      'x',
      true,
      [],
      [[]],
      [null],
      {},
      { class_name: 'x' },
      { name: null },
      [[['in']]],
      [[[0, 0, 0]]],
      { args: 3 },
    ];
    let count = 0;
    for (const path of paths(whole)) {
      for (const value of junk) {
        const posted = replaced(whole, path, value);
        expect(() => errorsOfAll(posted), `${path.join('/')} ${JSON.stringify(value)}`).not.toThrow();
        count++;
      }
    }
    expect(count).toBeGreaterThan(800);
  });
});

/** What is wrong up to the model that is built. */
function errorsOfAll(posted: unknown): string[] {
  return errorsIn(() => {
    const { spec, pointers } = importKeras(posted);
    buildModel(parseModelSpec(spec, { pointers }), { image: { width: 4, height: 4, channels: 3 }, classes: 3 });
  });
}

/** Every place in a document. */
function paths(value: unknown, here: string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [here];
  return [here, ...Object.entries(value).flatMap(([key, child]) => paths(child, [...here, key]))];
}

function replaced(document: unknown, path: string[], value: unknown): unknown {
  if (path.length === 0) return value;
  const [key, ...rest] = path;
  const copy: unknown = structuredClone(document);
  if (typeof copy !== 'object' || copy === null) throw new Error(`there is no ${key}`);
  const child: unknown = Object.entries(copy).find(([name]) => name === key)?.[1];
  return Object.assign(copy, { [key]: replaced(child, rest, value) });
}
