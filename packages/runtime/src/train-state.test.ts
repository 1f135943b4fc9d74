import type { StateTensor } from '@trainyard/engine';
import { describe, expect, it } from 'vitest';
import { freeNow } from './malloc.js';
import { float32Tensor } from './session.js';
import { TrainState } from './train-state.js';

const state = (name: string, more: Partial<StateTensor> = {}): StateTensor => ({
  name,
  shape: [2],
  input: `${name}_in`,
  output: `${name}_out`,
  start: 'initial',
  role: 'parameter',
  ...more,
});

const alone = state('dense/kernel');
const packed = [0, 2].map((offset) =>
  state(`bias/${offset}`, { input: 'small_in', output: 'small_out', packed: { size: 4, offset } }),
);

const given = new Map([
  ['dense/kernel', Float32Array.of(1, 2)],
  ['bias/0', Float32Array.of(3, 4)],
  ['bias/2', Float32Array.of(5, 6)],
]);

/** What a run gives, in arrays of its own. */
const results = (first: number) => ({
  'dense/kernel_out': float32Tensor(Float32Array.of(first, first + 1), [2]),
  small_out: float32Tensor(Float32Array.of(first + 2, first + 3, first + 4, first + 5), [4]),
});

describe('TrainState', () => {
  it('gives back what a run before gave, and nothing that it was begun with', () => {
    const training = new TrainState([alone, ...packed], given);
    const [first, second] = [results(10), results(20)];
    expect(training.advance(first)).toEqual([]);
    expect(training.advance(second)).toEqual([first['dense/kernel_out'].data, first.small_out.data]);
    expect([...given.values()].flatMap((values) => [...values])).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('gives values that outlive the runs that gave them', () => {
    const training = new TrainState([alone, ...packed], given);
    freeNow(training.advance(results(10)));
    const kept = new Map(training.values);
    const tensors = training.tensors();
    freeNow(training.advance(results(20)));
    expect(kept.get('dense/kernel')).toEqual(Float32Array.of(10, 11));
    expect(kept.get('bias/2')).toEqual(Float32Array.of(14, 15));
    expect(tensors.get('dense/kernel')?.data).toEqual(Float32Array.of(10, 11));
    expect(training.value('bias/0')).toEqual(Float32Array.of(22, 23));
  });
});

describe('freeNow', () => {
  it('leaves nothing of an array, and others as they are', () => {
    const [gone, kept] = [new Float32Array(1024).fill(1), new Float32Array(4).fill(2)];
    freeNow([gone]);
    expect(gone.length).toBe(0);
    expect(gone.buffer.byteLength).toBe(0);
    expect(kept).toEqual(Float32Array.of(2, 2, 2, 2));
  });
});
