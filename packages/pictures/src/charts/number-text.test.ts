import { expect, it } from 'vitest';
import { type NumberFormat, numberText } from './number-text.js';

it.each<[number, NumberFormat, string]>([
  [0, 'number', '0'],
  [0.123456, 'number', '0.1235'],
  [-12.5, 'number', '−12.5'],
  [12345, 'number', '12,345'],
  [2_500_000, 'number', '2.5e6'],
  [0.00001, 'number', '1e−5'],
  [1234.4, 'integer', '1,234'],
  [0.256, 'percent', '26 %'],
  [0.034, 'percent', '3.4 %'],
  [Number.NaN, 'number', '–'],
  [Number.POSITIVE_INFINITY, 'number', '∞'],
])('writes %d as %s: %s', (value, format, text) => {
  expect(numberText(value, format)).toBe(text);
});
