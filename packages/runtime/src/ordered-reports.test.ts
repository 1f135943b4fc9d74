import { describe, expect, it } from 'vitest';
import { OrderedReports } from './ordered-reports.js';

function slow() {
  let end = () => {};
  let fail = (_error: Error) => {};
  const done = new Promise<void>((resolve, reject) => {
    end = resolve;
    fail = reject;
  });
  return { done, end, fail };
}

describe('OrderedReports', () => {
  it('lets a training go on while something is slow, and tells what came later behind it', async () => {
    const reports = new OrderedReports();
    const told: string[] = [];
    const writing = slow();
    await reports.tell(async () => told.push('a'));
    await reports.tellBehind(async () => {
      await writing.done;
      told.push('checkpoint');
    });
    await reports.tell(async () => told.push('b'));
    expect(told).toEqual(['a']);
    writing.end();
    await reports.settle();
    expect(told).toEqual(['a', 'checkpoint', 'b']);
  });

  it('has one slow thing at a time, and is not told much ahead of it', async () => {
    const reports = new OrderedReports();
    const writing = slow();
    await reports.tellBehind(() => writing.done);
    let isNextBegun = false;
    const next = reports.tellBehind(async () => {
      isNextBegun = true;
    });
    let isFar = false;
    for (let report = 0; report < 63; report++) await reports.tell(async () => {});
    const far = reports
      .tell(async () => {})
      .then(() => {
        isFar = true;
      });
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect([isNextBegun, isFar]).toEqual([false, false]);
    writing.end();
    await Promise.all([next, far]);
    await reports.settle();
    expect([isNextBegun, isFar]).toEqual([true, true]);
  });

  it('tells nothing behind what failed, and says so at the next word', async () => {
    const reports = new OrderedReports();
    const writing = slow();
    let isTold = false;
    await reports.tellBehind(() => writing.done);
    await reports.tell(async () => {
      isTold = true;
    });
    writing.fail(new Error('no room'));
    await expect(reports.settle()).rejects.toThrow('no room');
    await expect(reports.tell(async () => {})).rejects.toThrow('no room');
    expect(() => reports.check()).toThrow('no room');
    expect(isTold).toBe(false);
  });
});
