import { describe, expect, it } from 'vitest';
import type { Shape } from '../../packages/engine/src/graph/tensor-type.js';
import { averagePool } from '../../packages/engine/src/ops/average-pool.js';
import { conv } from '../../packages/engine/src/ops/conv.js';
import { convTranspose } from '../../packages/engine/src/ops/conv-transpose.js';
import { maxPool } from '../../packages/engine/src/ops/max-pool.js';
import { extent, type Window } from '../../packages/engine/src/ops/window.js';
import { Dice } from './dice.js';
import { type GradientCase, gradientErrors, prepareCase, toleranceOf } from './gradient-harness.js';
import { lanes } from './lowerings.js';
import { apart } from './numbers.js';

const SEED = Number(process.env.TRAINYARD_TEST_SEED ?? 20_260);
const CASES = 40;

function pair(draw: () => number): [number, number] {
  return [draw(), draw()];
}

/** A window with pads smaller than itself, as poolings want them. */
function randomWindow(dice: Dice, dilated: boolean): Window {
  const kernel_shape = pair(() => dice.between(1, 4));
  const strides = dice.chance(0.2) ? kernel_shape : pair(() => dice.between(1, 4));
  const dilations = pair(() => (dilated && dice.chance(0.4) ? dice.between(2, 3) : 1));
  const pad = (axis: 0 | 1) => (dice.chance(0.5) ? dice.between(0, kernel_shape[axis] - 1) : 0);
  return { kernel_shape, strides, dilations, pads: [pad(0), pad(1), pad(0), pad(1)] };
}

/** [N, C, H, W] that the window fits into. */
function imageFor(window: Window, channels: number, dice: Dice): Shape {
  const side = (axis: 0 | 1) => {
    const least = extent(window, axis) - window.pads[axis] - window.pads[axis + 2];
    return Math.max(least, 1) + dice.between(0, 5);
  };
  return [dice.between(1, 2), channels, side(0), side(1)];
}

function groupsOf(dice: Dice) {
  const group = dice.one([1, 1, 2, 3]);
  return { group, channels: group * dice.one([1, 1, 2]), filters: group * dice.between(1, 2) };
}

function randomConv(dice: Dice): GradientCase {
  const window = randomWindow(dice, true);
  const { group, channels, filters } = groupsOf(dice);
  const x = imageFor(window, channels, dice);
  return {
    name: JSON.stringify({ x, filters, group, ...window }),
    dtype: 'float32',
    inputs: [{ shape: x }, { shape: [filters, channels / group, ...window.kernel_shape] }, { shape: [filters] }],
    build: ([input, w, b]) => conv(input, w, b, { ...window, group }),
  };
}

/** What is cut off is less than what there is. */
function randomConvTranspose(dice: Dice): GradientCase {
  const { kernel_shape, strides, dilations, pads } = randomWindow(dice, true);
  const { group, channels, filters } = groupsOf(dice);
  const x: Shape = [dice.between(1, 2), channels, dice.between(2, 4), dice.between(2, 4)];
  const output_padding = pair(() => 0).map((_, axis) => dice.between(0, strides[axis] - 1));
  const half = pads.map((pad) => Math.floor(pad / 2));
  const attributes = {
    kernel_shape,
    strides,
    dilations,
    pads: [half[0], half[1], half[2], half[3]] as const,
    output_padding: [output_padding[0], output_padding[1]] as const,
    group,
  };
  return {
    name: JSON.stringify({ x, filters, ...attributes }),
    dtype: 'float32',
    inputs: [{ shape: x }, { shape: [channels, filters / group, ...kernel_shape] }, { shape: [filters] }],
    build: ([input, w, b]) => convTranspose(input, w, attributes, b),
  };
}

function randomMaxPool(dice: Dice): GradientCase {
  const window = randomWindow(dice, true);
  const x = imageFor(window, dice.between(1, 3), dice);
  return {
    name: JSON.stringify({ x, ...window }),
    dtype: 'float64',
    inputs: [{ shape: x, draw: apart }],
    build: ([input]) => maxPool(input, window),
  };
}

function randomAveragePool(dice: Dice): GradientCase {
  const window = randomWindow(dice, false);
  const x = imageFor(window, dice.between(1, 3), dice);
  return {
    name: JSON.stringify({ x, ...window }),
    dtype: 'float32',
    inputs: [{ shape: x }],
    build: ([input]) => averagePool(input, window),
  };
}

const KINDS = {
  Conv: randomConv,
  ConvTranspose: randomConvTranspose,
  MaxPool: randomMaxPool,
  AveragePool: randomAveragePool,
};

describe.each(Object.entries(KINDS))('the gradient of %s follows finite differences', (_type, draw) => {
  const dice = new Dice(SEED);
  const cases = Array.from({ length: CASES }, () => draw(dice));

  it.each(cases)('with $name', async (subject) => {
    const prepared = await prepareCase(subject, SEED);
    for (const inBlocks of lanes === null ? [false] : [false, true]) {
      const errors = await gradientErrors(prepared, prepared.differentiable, { inBlocks });
      for (const error of errors) {
        const what = `${inBlocks ? 'in blocks, ' : ''}TRAINYARD_TEST_SEED=${SEED}`;
        expect(error, what).toBeLessThanOrEqual(toleranceOf(subject, inBlocks));
      }
    }
  });
});
