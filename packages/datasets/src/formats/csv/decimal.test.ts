import { describe, expect, it } from 'vitest';
import { parseDecimal } from './decimal.js';

/** Within other text, as a field is within its row. */
function parse(text: string): number {
  const bytes = Buffer.from(`7,${text},9`);
  return parseDecimal(bytes, 2, bytes.length - 2);
}

describe('parseDecimal', () => {
  const plain = ['0', '255', '-1', '0.5', '.5', '5.', '-0.25', '007', '123456789012345', '0.1', '0.30000000000004'];
  const others = ['1e3', '-2.5E-7', '+4', ' 12 ', '0.12345678901234567', '98765432109876543210', '0x10', 'Infinity'];
  const none = ['-', '.', '1.2.3', '1,2', 'a', '--1', '1-', 'ä', '१'];

  it.each([...plain, ...others, ...none])('reads %j as Number does', (text) => {
    expect(parse(text)).toBe(Number(text));
  });

  it.each(['', ' '])('finds no number in %j', (text) => expect(parse(text)).toBeNaN());

  it('rounds as Number does, whatever the digits', () => {
    let state = 1;
    const random = () => {
      state = Math.imul(state, 48271) >>> 0;
      return state / 2 ** 32;
    };
    for (let trial = 0; trial < 5000; trial++) {
      const digits = Math.floor(random() * 18);
      const text = `${random() < 0.5 ? '-' : ''}${Math.floor(random() * 10 ** (trial % 9))}.${String(random()).slice(2, 2 + digits)}`;
      expect(parse(text)).toBe(Number(text));
    }
  });
});
