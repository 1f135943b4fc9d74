// Random model specifications: chains, branches that merge again, and nested models.
import { Dice } from './dice.js';
import {
  growingLayer,
  type PostedLayer,
  sameSidesConvolution,
  sameSidesLayer,
  shrinkingLayer,
  unitsLayer,
} from './random-layers.js';

export interface RandomSpec {
  readonly input: { width: number; height: number; channels: number };
  readonly layers: PostedLayer[];
}

const MERGES = ['add', 'multiply', 'average', 'maximum', 'subtract', 'concatenate'];

/** Layers of every kind in any order, windows at times larger than what is left of the image. */
export function randomSpec(seed: number): RandomSpec {
  const dice = new Dice(seed);
  const input = { width: dice.between(1, 13), height: dice.between(1, 13), channels: dice.one([1, 3]) };
  const layers: PostedLayer[] = [];
  if (dice.chance(0.1)) layers.push(normalization(input.channels, dice));
  for (let i = dice.between(0, 4); i > 0; i--) addImageLayers(layers, dice);
  if (dice.chance(0.25)) layers.splice(dice.one([0, layers.length]), 0, growingLayer(dice));
  layers.push({ type: dice.one(['flatten', 'flatten', 'global_average_pooling2d', 'global_max_pooling2d']) });
  if (dice.chance(0.1)) layers.push(...throughAnImage(dice));
  for (let i = dice.between(0, 2); i > 0; i--) layers.push(unitsLayer(dice));
  if (dice.chance(0.2)) addBranches(layers, dice, () => [{ type: 'dense', units: 3, activation: 'tanh' }]);
  layers.push({ type: 'dense', units: 'classes', activation: 'softmax', use_bias: dice.chance(0.7) });
  return { input, layers };
}

function addImageLayers(layers: PostedLayer[], dice: Dice): void {
  const kind = dice.between(1, 10);
  if (kind <= 6) layers.push(shrinkingLayer(dice));
  else if (kind === 7) layers.push({ type: 'sequential', layers: [shrinkingLayer(dice), sameSidesLayer(dice)] });
  else addBranches(layers, dice, (filters) => branch(filters, dice));
}

function branch(filters: number, dice: Dice): PostedLayer[] {
  return [sameSidesConvolution(filters, dice), ...(dice.chance(0.5) ? [sameSidesLayer(dice)] : [])];
}

/** Two or three branches that begin at the last layer, or at the model's input, and are merged. */
function addBranches(layers: PostedLayer[], dice: Dice, make: (filters: number) => PostedLayer[]): void {
  const place = layers.length;
  const source = sourceName(layers);
  const type = dice.one(MERGES);
  const filters = dice.between(1, 4);
  const count = type === 'subtract' ? 2 : dice.between(2, 3);
  const ends = Array.from({ length: count }, (_, i) => {
    const chain = make(type === 'concatenate' ? filters + i : filters);
    chain[0].inputs = [source];
    const end = chain[chain.length - 1];
    end.name = `end${place}_${i}`;
    layers.push(...chain);
    return end.name;
  });
  layers.push({ type, inputs: ends, ...(type === 'concatenate' && dice.chance(0.5) ? { axis: -1 } : {}) });
}

function sourceName(layers: readonly PostedLayer[]): unknown {
  if (layers.length === 0) return 'input';
  const last = layers[layers.length - 1];
  last.name ??= `source${layers.length}`;
  return last.name;
}

function throughAnImage(dice: Dice): PostedLayer[] {
  return [
    { type: 'dense', units: 12, activation: 'tanh' },
    {
      type: 'reshape',
      target_shape: dice.one([
        [2, 3, 2],
        [2, 2, 3],
        [1, 12, 1],
      ]),
    },
    sameSidesConvolution(2, dice),
    { type: 'flatten' },
  ];
}

function normalization(channels: number, dice: Dice): PostedLayer {
  const each = (low: number, high: number) =>
    Array.from({ length: channels }, () => dice.between(low * 10, high * 10) / 10);
  return { type: 'normalization', mean: each(0, 1), variance: each(1, 2) };
}
