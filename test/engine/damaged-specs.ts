// Specifications with one thing wrong, or something in them that does not belong there.
import { Dice } from './dice.js';
import type { RandomSpec } from './random-specs.js';

const GARBAGE: readonly unknown[] = [
  null,
  true,
  false,
  0,
  -1,
  1.5,
  1e9,
  1e308,
  '',
  'same',
  'relu',
  'classes',
  'nothing',
  [],
  [1],
  [2, 2],
  [1, 2, 3],
  {},
  { type: 'relu' },
  { type: 'zeros' },
  { type: null },
  { type: 'conv2d' },
  [[]],
  '__proto__',
  'constructor',
];
const STRANGE_KEYS = ['data_format', 'a/b', 'm~n', '', '__proto__', 'constructor', 'type'];

/** A copy of a specification in which one place has become something else, is gone, or is new. */
export function damage(spec: RandomSpec, seed: number): unknown {
  const dice = new Dice(seed + 500_000);
  const copy = structuredClone(spec);
  const target = dice.one<Record<string, unknown>>([copy.input, ...copy.layers, ...copy.layers, ...copy.layers]);
  const key = dice.one(Object.keys(target));
  switch (dice.between(1, 5)) {
    case 1:
      delete target[key];
      return copy;
    case 2:
      define(target, dice.one(STRANGE_KEYS), dice.one(GARBAGE));
      return copy;
    case 3:
      return { ...copy, [dice.one(['input', 'layers', 'name', 'extra'])]: dice.one(GARBAGE) };
    case 4:
      copy.layers.splice(dice.between(0, copy.layers.length - 1), 1);
      return copy;
    default:
      target[key] = dice.one(GARBAGE);
      return copy;
  }
}

/** As JSON.parse does it: `__proto__` is a field like any other. */
function define(target: Record<string, unknown>, key: string, value: unknown): void {
  Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
}
