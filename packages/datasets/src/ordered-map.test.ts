import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { orderedMap } from './ordered-map.js';

const numbers = Array.from({ length: 20 }, (_, index) => index);
const free = { concurrency: 4, cost: () => 0, budget: 1 };

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}

/** Work that takes longer for early items, and counts how much of it runs at once. */
function slowWork() {
  const seen = { running: 0, most: 0, started: 0 };
  const work = async (item: number) => {
    seen.most = Math.max(seen.most, ++seen.running);
    seen.started++;
    await setTimeout(item % 2 === 0 ? 4 : 1);
    seen.running--;
    return item;
  };
  return { seen, work };
}

describe('orderedMap', () => {
  it('yields in the order of the items and runs as many at once as it may', async () => {
    const { seen, work } = slowWork();
    expect(await collect(orderedMap(numbers, work, free))).toEqual(numbers);
    expect(seen.most).toBe(4);
  });

  it('keeps what runs at once within the budget, and runs what is above it alone', async () => {
    const { seen, work } = slowWork();
    const options = { concurrency: 10, cost: (item: number) => (item === 10 ? 100 : 1), budget: 2 };
    expect(await collect(orderedMap(numbers, work, options))).toEqual(numbers);
    expect(seen.most).toBe(2);
  });

  it('goes on beside an item that takes long, up to a bound', async () => {
    let release = () => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    let started = 0;
    const work = async (item: number) => {
      started++;
      if (item === 0) await held;
      return item;
    };
    const many = Array.from({ length: 100 }, (_, index) => index);
    const results = collect(orderedMap(many, work, { ...free, concurrency: 2 }));
    await setTimeout(20);
    expect(started).toBe(10);
    release();
    expect(await results).toEqual(many);
  });

  it('throws a failure at its place and waits for the rest', async () => {
    const { seen, work } = slowWork();
    const failing = (item: number) => (item === 3 ? Promise.reject(new Error('third')) : work(item));
    const results: number[] = [];
    const reading = async () => {
      for await (const result of orderedMap(numbers, failing, free)) results.push(result);
    };
    await expect(reading()).rejects.toThrow('third');
    expect(results).toEqual([0, 1, 2]);
    expect(seen.running).toBe(0);
  });

  it('starts no more once its reader has left', async () => {
    const { seen, work } = slowWork();
    for await (const result of orderedMap(numbers, work, free)) if (result === 2) break;
    expect(seen.running).toBe(0);
    expect(seen.started).toBeLessThan(10);
  });
});
