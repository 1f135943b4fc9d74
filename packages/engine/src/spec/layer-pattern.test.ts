import { describe, expect, it } from 'vitest';
import { layersMatching } from './layer-pattern.js';

const names = ['conv2d', 'conv2d_1', 'backbone.conv2d', 'backbone.top.dense', 'dense', 'Dense'];

describe('layersMatching', () => {
  it.each([
    ['dense', ['dense']],
    ['conv2d*', ['conv2d', 'conv2d_1']],
    ['conv2d_?', ['conv2d_1']],
    ['*conv2d', ['conv2d', 'backbone.conv2d']],
    ['backbone', ['backbone.conv2d', 'backbone.top.dense']],
    ['backbone.top', ['backbone.top.dense']],
    ['?ense', ['dense', 'Dense']],
    ['*', names],
    ['**c*2d', ['conv2d', 'backbone.conv2d']],
    ['conv', []],
    ['conv2d_1?', []],
    ['', []],
  ])('%s', (pattern, expected) => {
    expect(layersMatching(pattern, names)).toEqual(expected);
  });

  it('takes no dot and no bracket for anything else', () => {
    expect(layersMatching('a.c', ['abc', 'a.c'])).toEqual(['a.c']);
    expect(layersMatching('[ab]', ['a', '[ab]'])).toEqual(['[ab]']);
  });

  it('answers at once where a regular expression would not', () => {
    const begun = performance.now();
    expect(layersMatching(`${'*a'.repeat(127)}b`, ['a'.repeat(256)])).toEqual([]);
    expect(performance.now() - begun).toBeLessThan(500);
  });
});
