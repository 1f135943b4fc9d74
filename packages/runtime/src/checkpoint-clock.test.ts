import { describe, expect, it } from 'vitest';
import { CheckpointClock } from './checkpoint-clock.js';

const every = { every_epochs: 1, every_steps: null, every_seconds: 30, keep: 3 };

describe('CheckpointClock', () => {
  it('is due when the time has passed since the last one', () => {
    const clock = new CheckpointClock(every, 1000);
    expect(clock.isDue({ from: 0, to: 9 }, 30_999)).toBe(false);
    expect(clock.isDue({ from: 0, to: 9 }, 31_000)).toBe(true);
    clock.written(31_000, 31_100);
    expect(clock.isDue({ from: 9, to: 10 }, 61_000)).toBe(false);
    expect(clock.isDue({ from: 9, to: 10 }, 61_100)).toBe(true);
  });

  it('waits a hundred times as long as the last one took', () => {
    const clock = new CheckpointClock(every, 0);
    clock.written(30_000, 31_000);
    expect(clock.isDue({ from: 9, to: 10 }, 130_999)).toBe(false);
    expect(clock.isDue({ from: 9, to: 10 }, 131_000)).toBe(true);
  });

  it('does not count one that had to wait for once', () => {
    const clock = new CheckpointClock(every, 0);
    clock.written(1000, 1100);
    clock.written(31_000, 91_000);
    expect(clock.isDue({ from: 9, to: 10 }, 120_999)).toBe(false);
    expect(clock.isDue({ from: 9, to: 10 }, 121_000)).toBe(true);
    clock.written(121_000, 181_000);
    expect(clock.isDue({ from: 9, to: 10 }, 1_000_000)).toBe(false);
  });

  it('is due whenever a run has passed a multiple of the steps asked for', () => {
    const clock = new CheckpointClock({ ...every, every_steps: 10 }, 0);
    expect(clock.isDue({ from: 4, to: 8 }, 0)).toBe(false);
    expect(clock.isDue({ from: 8, to: 12 }, 0)).toBe(true);
    expect(clock.isDue({ from: 10, to: 14 }, 0)).toBe(false);
  });
});
