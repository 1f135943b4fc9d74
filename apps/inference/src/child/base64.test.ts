import { describe, expect, it } from 'vitest';
import { fromBase64 } from './base64.js';

const bytes = Buffer.from([0xfb, 0xef, 0xff, 0x00, 0x10]);

describe('fromBase64', () => {
  it.each([
    bytes.toString('base64'),
    bytes.toString('base64url'),
    'data:image/png;base64,++//ABA=',
    'data:;base64,++//ABA=',
    'DATA:image/svg+xml;charset=utf-8;base64,++//ABA=',
    '++//\r\nABA=\n',
  ])('reads %j', (text) => {
    expect([...fromBase64(text)]).toEqual([...bytes]);
  });

  it.each(['', ' ', '=', 'ab=c', 'http://example.org/cat.png', 'data:image/png,abc', 'größe'])('refuses %j', (text) => {
    expect(() => fromBase64(text)).toThrow('not base64');
  });

  it('takes no longer than the text is long, whatever is in it', () => {
    const startedAt = performance.now();
    for (const text of [`A${' '.repeat(4e6)}!`, `${'='.repeat(4e6)}A`, `data:${';a'.repeat(2e6)}`]) {
      expect(() => fromBase64(text)).toThrow('not base64');
    }
    expect(performance.now() - startedAt).toBeLessThan(5000);
  });
});
