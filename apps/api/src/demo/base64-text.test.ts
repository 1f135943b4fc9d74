import { Readable } from 'node:stream';
import { expect, it } from 'vitest';
import { base64Text } from './base64-text.js';

it.each([0, 1, 2, 3, 4, 5, 7, 100])(
  'gives the same for pieces of any size as for all %i bytes at once',
  async (length) => {
    const bytes = Buffer.from(Array.from({ length }, (_, i) => (i * 37) % 256));
    for (const size of [1, 2, 3, 4, 50]) {
      const pieces = Array.from({ length: Math.ceil(length / size) }, (_, i) =>
        bytes.subarray(i * size, (i + 1) * size),
      );
      let text = '';
      for await (const part of base64Text(Readable.from(pieces))) text += part;
      expect(text).toBe(bytes.toString('base64'));
    }
  },
);
