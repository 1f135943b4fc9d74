// Random model specifications: ones that fit their image, and damaged ones.
import { streamKey, uniformAt } from '../../packages/engine/src/random/counter.js';

/** Draws integers and choices; the same seed gives the same ones. */
export class Dice {
  private readonly key: ReturnType<typeof streamKey>;
  private drawn = 0;

  constructor(seed: number) {
    this.key = streamKey(seed, 2000);
  }

  /** From `low` to `high`, both included. */
  between(low: number, high: number): number {
    return low + Math.floor(uniformAt(this.key, this.drawn++) * (high - low + 1));
  }

  one<T>(choices: readonly T[]): T {
    return choices[this.between(0, choices.length - 1)];
  }

  chance(share: number): boolean {
    return this.between(1, 1000) <= share * 1000;
  }
}

export interface RandomSpec {
  readonly input: { width: number; height: number; channels: number };
  readonly layers: Record<string, unknown>[];
}

const ACTIVATIONS = [
  'linear',
  'relu',
  'leaky_relu',
  'sigmoid',
  'tanh',
  'softmax',
  { type: 'leaky_relu', negative_slope: 0.1 },
];
const INITIALIZERS = ['glorot_uniform', 'he_normal', 'zeros', { type: 'random_normal', stddev: 0.1 }];

/** Layers of every kind in any order, windows at times larger than what is left of the image. */
export function randomSpec(seed: number): RandomSpec {
  const dice = new Dice(seed);
  const input = { width: dice.between(1, 13), height: dice.between(1, 13), channels: dice.one([1, 3]) };
  const layers = Array.from({ length: dice.between(0, 4) }, () => imageLayer(dice));
  layers.push({ type: 'flatten' });
  if (dice.chance(0.4)) layers.push({ type: 'dense', units: dice.between(1, 9), activation: dice.one(ACTIVATIONS) });
  if (dice.chance(0.3)) layers.push({ type: 'dropout', rate: dice.between(0, 9) / 10 });
  if (dice.chance(0.2)) layers.push({ type: 'flatten' });
  layers.push({ type: 'dense', units: 'classes', activation: 'softmax', use_bias: dice.chance(0.7) });
  return { input, layers };
}

function imageLayer(dice: Dice): Record<string, unknown> {
  const kind = dice.between(1, 10);
  if (kind <= 5) return convolution(dice);
  if (kind <= 8) return pooling(dice);
  return dice.chance(0.5) ? { type: 'activation', activation: dice.one(ACTIVATIONS) } : { type: 'dropout', rate: 0.3 };
}

function convolution(dice: Dice): Record<string, unknown> {
  return {
    type: 'conv2d',
    filters: dice.between(1, 5),
    kernel_size: side(dice, 4),
    strides: side(dice, 3),
    padding: dice.one(['valid', 'same', 'same']),
    activation: dice.one(ACTIVATIONS),
    use_bias: dice.chance(0.7),
    kernel_initializer: dice.one(INITIALIZERS),
  };
}

function pooling(dice: Dice): Record<string, unknown> {
  const strides = dice.chance(0.5) ? { strides: side(dice, 4) } : {};
  return { type: 'max_pooling2d', pool_size: side(dice, 4), padding: dice.one(['valid', 'same', 'same']), ...strides };
}

function side(dice: Dice, largest: number): number | number[] {
  const one = () => dice.between(1, largest);
  return dice.chance(0.5) ? one() : [one(), one()];
}

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
