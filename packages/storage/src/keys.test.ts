import { describe, expect, it } from 'vitest';
import { checkKey, checkPrefix } from './keys.js';

describe('object keys', () => {
  it.each(['a', 'uploads/ds_01/source', 'datasets/ds_01/tensors/28x28x1-cover/train.images', 'exports/x.onnx'])(
    'takes %s',
    (key) => expect(() => checkKey(key)).not.toThrow(),
  );

  it.each([
    '',
    '/',
    '/etc/passwd',
    'a/../b',
    '..',
    '.',
    'a/.hidden',
    'a//b',
    'a/',
    'a\\b',
    'a\0b',
    'C:/x',
    'ä',
    'x'.repeat(513),
  ])('refuses %j', (key) => expect(() => checkKey(key)).toThrow(TypeError));

  it('reads a prefix as a folder, with or without its closing slash', () => {
    expect(checkPrefix('')).toBe('');
    expect(checkPrefix('a/b')).toBe('a/b');
    expect(checkPrefix('a/b/')).toBe('a/b');
    expect(() => checkPrefix('/')).toThrow(TypeError);
    expect(() => checkPrefix('../')).toThrow(TypeError);
  });
});
