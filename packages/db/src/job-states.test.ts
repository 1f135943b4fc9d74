import { JOB_STATUSES } from '@trainyard/contracts';
import { describe, expect, it } from 'vitest';
import { checkTransition, JOB_TRANSITIONS } from './job-states.js';

const pairs = JOB_STATUSES.flatMap((from) => JOB_STATUSES.map((to) => ({ from, to })));

describe('the table of job states', () => {
  it('lets through what it lists and refuses every other pair with `conflict`', () => {
    for (const { from, to } of pairs) {
      const check = () => checkTransition(from, to);
      if (JOB_TRANSITIONS[from].includes(to)) expect(check, `${from} to ${to}`).not.toThrow();
      else expect(check, `${from} to ${to}`).toThrow(expect.objectContaining({ code: 'conflict' }));
    }
  });

  it('never skips the claim: only `queued` leads to `preparing`, and only `preparing` to `running`', () => {
    const before = (to: string) =>
      pairs.filter((pair) => pair.to === to && JOB_TRANSITIONS[pair.from].includes(pair.to));
    expect(before('preparing')).toEqual([{ from: 'queued', to: 'preparing' }]);
    expect(before('running')).toEqual([{ from: 'preparing', to: 'running' }]);
    expect(before('succeeded')).toEqual([{ from: 'running', to: 'succeeded' }]);
  });
});
