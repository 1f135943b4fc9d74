import { describe, expect, it } from 'vitest';
import { phaseAt, phasesOf, startIn } from './phases.js';

const training = { epochs: 10 };
const two = phasesOf(training, {
  source: null,
  frozen: ['conv2d'],
  unfreeze: { epoch: 4, learning_rate_factor: 0.1 },
});
const [head, all] = two;

describe('phasesOf', () => {
  it('has one phase without a second one', () => {
    expect(phasesOf(training, undefined)).toEqual([{ first: 1, last: 10, frozen: [], rateFactor: 1 }]);
    expect(phasesOf(training, { source: null, frozen: ['a'], unfreeze: null })).toEqual([
      { first: 1, last: 10, frozen: ['a'], rateFactor: 1 },
    ]);
  });

  it('parts the epochs', () => {
    expect(head).toEqual({ first: 1, last: 3, frozen: ['conv2d'], rateFactor: 1 });
    expect(all).toEqual({ first: 4, last: 10, frozen: [], rateFactor: 0.1 });
  });
});

describe('phaseAt', () => {
  it.each([
    [0, head],
    [2, head],
    [3, all],
    [9, all],
    [10, all],
  ])('after %i epochs', (epoch, phase) => {
    expect(phaseAt(two, { epoch })).toBe(phase);
  });
});

describe('startIn', () => {
  const tensors = new Map([
    ['dense/kernel', Float32Array.of(1)],
    ['optimizer/m/dense/kernel', Float32Array.of(2)],
    ['average/dense/kernel', Float32Array.of(3)],
  ]);
  const best = { epoch: 2, step: 20, loss: 0.5 };
  const state = { tensors, step: 30, best, learningRate: null, earlyStopping: { best: 0.5, wait: 1 } };
  const inEpoch = { steps: 2, images: 8, loss: 1, metrics: [] };

  it('forgets the optimizer and the patience between the phases, and nothing else', () => {
    const start = startIn(all, { ...state, epoch: 3 });
    expect([...start.tensors.keys()]).toEqual(['dense/kernel', 'average/dense/kernel']);
    expect(start).toMatchObject({ epoch: 3, step: 30, best });
    expect(start.earlyStopping).toBeUndefined();
  });

  it.each([
    ['within the first phase', head, { ...state, epoch: 2 }],
    ['within the first epoch of the second', all, { ...state, epoch: 3, inEpoch }],
    ['later in the second', all, { ...state, epoch: 4 }],
  ])('changes nothing %s', (_, phase, start) => {
    expect(startIn(phase, start)).toBe(start);
  });
});
