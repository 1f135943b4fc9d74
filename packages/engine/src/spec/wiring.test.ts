import { TrainyardError } from '@trainyard/contracts';
import { describe, expect, it } from 'vitest';
import { parseModelSpec } from './parse.js';

const dropout = (name: string, inputs?: readonly string[]) => ({
  type: 'dropout',
  rate: 0.5,
  name,
  ...(inputs ? { inputs } : {}),
});
const add = (name: string, inputs: readonly string[]) => ({ type: 'add', name, inputs });

/** Each layer as `name < what feeds it`. */
function wiring(layers: readonly object[]): string[] {
  return parseModelSpec({ layers }).layers.map(({ name, inputs }) =>
    inputs ? `${name} < ${inputs.join(', ')}` : name,
  );
}

function errorsOf(layers: readonly object[]): string[] {
  try {
    parseModelSpec({ layers });
  } catch (error) {
    if (!(error instanceof TrainyardError) || error.code !== 'invalid_spec') throw error;
    return (error.errors ?? []).map(({ pointer, detail }) => `${pointer}: ${detail}`);
  }
  return [];
}

describe('layers', () => {
  it('follow each other where they do not say', () => {
    expect(wiring([dropout('a'), dropout('b')])).toEqual(['a', 'b']);
    expect(wiring([dropout('a', ['input']), dropout('b', ['a'])])).toEqual(['a', 'b']);
  });

  it('branch and meet', () => {
    const layers = [dropout('a'), dropout('b', ['a']), dropout('c', ['a']), add('d', ['b', 'c', 'input'])];
    expect(wiring(layers)).toEqual(['a', 'b', 'c < a', 'd < b, c, input']);
  });

  it('come after those that feed them, in whatever order they were posted', () => {
    expect(wiring([add('end', ['x', 'y']), dropout('y', ['x']), dropout('x', ['input'])])).toEqual([
      'x',
      'y',
      'end < x, y',
    ]);
  });

  it('are read the same way again', () => {
    const layers = [dropout('a'), dropout('c', ['input']), add('d', ['a', 'c'])];
    const spec = parseModelSpec({ layers });
    expect(parseModelSpec(spec)).toEqual(spec);
  });
});

describe('nested models', () => {
  const inner = { type: 'sequential', name: 'block', layers: [dropout('a'), dropout('b')] };

  it('become layers of the outer one, under its name', () => {
    expect(wiring([dropout('a'), inner, dropout('c')])).toEqual(['a', 'block.a', 'block.b', 'c']);
  });

  it('are fed as a whole, give their last layer, and may hold others', () => {
    const outer = { type: 'sequential', name: 'outer', inputs: ['input'], layers: [inner, dropout('last')] };
    expect(wiring([dropout('first'), outer, add('sum', ['outer', 'first'])])).toEqual([
      'first',
      'outer.block.a < input',
      'outer.block.b',
      'outer.last',
      'sum < outer.last, first',
    ]);
  });

  it('see their own layers alone, and "input" is what feeds them', () => {
    const layers = [dropout('a'), add('sum', ['a', 'input'])];
    expect(wiring([dropout('first'), { type: 'sequential', name: 'block', layers }])).toEqual([
      'first',
      'block.a',
      'block.sum < block.a, first',
    ]);
    expect(errorsOf([dropout('x'), { ...inner, layers: [dropout('a', ['x'])] }])).toEqual([
      '/layers/1/layers/0/inputs/0: expected the name of a layer, or "input"; received "x"',
    ]);
  });

  it('are refused when they are empty, too deep or fed by several layers', () => {
    expect(errorsOf([{ ...inner, layers: [] }])[0]).toMatch(
      /^\/layers\/0\/layers: expected an array of 1 to 1000 layers/,
    );
    let deep: object = dropout('a');
    for (let depth = 0; depth < 20; depth++) deep = { type: 'sequential', layers: [deep] };
    expect(errorsOf([deep])[0]).toMatch(/expected at most 16 models within each other$/);
    const several = { ...inner, inputs: ['a', 'input'] };
    expect(errorsOf([dropout('a'), several])[0]).toMatch(/^\/layers\/1\/inputs: expected the name of one layer/);
  });
});

describe('frozen layers', () => {
  const trainable = (layers: readonly object[]) =>
    parseModelSpec({ layers }).layers.map((layer) => `${layer.name} ${layer.trainable ?? true}`);

  it('are those that say so, and all layers of a nested model that does', () => {
    const inner = { type: 'sequential', name: 'block', trainable: false, layers: [dropout('a'), dropout('b')] };
    expect(trainable([{ ...dropout('x'), trainable: false }, inner, { ...dropout('y'), trainable: true }])).toEqual([
      'x false',
      'block.a false',
      'block.b false',
      'y true',
    ]);
    expect(errorsOf([{ ...dropout('x'), trainable: 'no' }])).toEqual([
      '/layers/0/trainable: expected true or false; received "no"',
    ]);
  });
});

describe('a model is refused', () => {
  it('when it has several outputs, with their names', () => {
    expect(errorsOf([dropout('a'), dropout('b'), dropout('c', ['a'])])).toEqual([
      '/layers/1: expected a model with one output; received 2: nothing follows "b" and "c". ' +
        'Join them with add or concatenate, or leave out those that are not needed',
    ]);
  });

  it('when a layer names one that is not there', () => {
    expect(errorsOf([dropout('a', ['nowhere'])])).toEqual([
      '/layers/0/inputs/0: expected the name of a layer, or "input"; received "nowhere"',
    ]);
  });

  it('when layers wait for each other', () => {
    expect(errorsOf([dropout('a', ['b']), dropout('b', ['a'])])).toEqual([
      '/layers/0/inputs: expected no circle of layers; these wait for each other: "a", "b"',
    ]);
  });

  it('when a merge has one input, or another layer has two', () => {
    expect(errorsOf([dropout('a'), { type: 'add' }])).toEqual([
      '/layers/1/inputs: expected the names of at least two layers, since add joins several; received nothing',
    ]);
    expect(errorsOf([dropout('a'), dropout('b', ['a', 'input'])])).toEqual([
      '/layers/1/inputs: expected the name of one layer, since dropout takes one input; received ["a","input"]',
    ]);
  });

  it('when a layer is called as the image, or two have one name', () => {
    expect(errorsOf([dropout('input')])).toEqual([
      '/layers/0/name: expected another name; "input" is the model\'s image',
    ]);
    expect(errorsOf([dropout('a'), dropout('a')])).toEqual([
      '/layers/1/name: expected a name of its own; another layer is called "a" too',
    ]);
  });

  it('when its inputs are no names', () => {
    expect(errorsOf([{ type: 'flatten', inputs: 'a' }])[0]).toBe(
      '/layers/0/inputs: expected an array of names of layers; received "a"',
    );
  });
});
