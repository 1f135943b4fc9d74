import { describe, expect, it } from 'vitest';
import { defaultJobsMax, JobSlots } from './job-slots.js';

const GIB = 1024 ** 3;
const alone = (waiting: number) => ({ waiting, idleWorkers: 0 });

/** Threads of the jobs that are taken, one after another, while any waits and there is room. */
function taken(slots: JobSlots, waiting: number, idleWorkers = 0): number[] {
  const threads: number[] = [];
  for (let left = waiting; left > 0 && slots.hasRoom; left--) {
    threads.push(slots.take({ waiting: left, idleWorkers }, null).threads);
  }
  return threads;
}

describe('the threads of a worker', () => {
  it.each([
    [2, 1, [2]],
    [2, 2, [1, 1]],
    [2, 9, [1, 1]],
    [16, 1, [16]],
    [16, 3, [5, 5, 6]],
    [16, 64, Array(16).fill(1)],
    [1, 3, [1]],
  ])('%i with %i jobs waiting: %j', (threads, waiting, expected) => {
    expect(taken(new JobSlots(threads, threads), waiting)).toEqual(expected);
  });

  it('all go to one job after the other where a worker shall train no more at once', () => {
    expect(taken(new JobSlots(8, 1), 5)).toEqual([8]);
    expect(taken(new JobSlots(8, 3), 9)).toEqual([2, 3, 3]);
  });

  it('are not kept back for jobs that idle workers take', () => {
    expect(taken(new JobSlots(8, 8), 2, 1)[0]).toBe(8);
    expect(taken(new JobSlots(8, 8), 3, 1)[0]).toBe(4);
  });

  it('are free again when a job has ended', () => {
    const slots = new JobSlots(2, 2);
    const first = slots.take(alone(2), null);
    slots.take(alone(1), null);
    expect(slots.hasRoom).toBe(false);
    first.release();
    expect(slots.take(alone(5), null).threads).toBe(1);
  });

  it('are those of the plan for a job that goes on, though fewer are free', () => {
    const slots = new JobSlots(4, 4);
    slots.take(alone(2), 1);
    const resumed = slots.take(alone(1), 4);
    expect(slots.hasRoom).toBe(false);
    resumed.release();
    expect(slots.take(alone(1), null).threads).toBe(3);
  });
});

describe('jobs at once', () => {
  it.each([
    [{ threads: 2, memory: 24 * GIB, hasCuda: false }, 2],
    [{ threads: 64, memory: 16 * GIB, hasCuda: false }, 8],
    [{ threads: 4, memory: GIB, hasCuda: false }, 1],
    [{ threads: 16, memory: 64 * GIB, hasCuda: true }, 1],
  ])('%j: %i', (options, expected) => {
    expect(defaultJobsMax(options)).toBe(expected);
  });
});
