import type { Assignment } from '@trainyard/contracts';
import { describe, expect, it } from 'vitest';
import { decide } from './decide.js';
import { bestOf, epochsOf, ranked, type Search, type TrialRecord } from './search.js';
import { readSpace } from './space/read-space.js';
import { rungsOf } from './strategies/asha.js';

const X = '/training/x';
const Y = '/training/y';

const SEARCH: Search = {
  parameters: readSpace({ [X]: { min: 0, max: 1 }, [Y]: { min: 0.001, max: 1, log: true } }),
  strategy: 'random',
  goal: 'maximize',
  seed: 0,
  epochs: 9,
  maxTrials: 27,
  maxEpochs: null,
  asha: { minEpochs: 1, factor: 3, sampler: 'random' },
};

/** How good settings are; the later epochs come closer to it. */
function quality(assignment: Assignment): number {
  return 1 - (Number(assignment[X]) - 0.3) ** 2 - 0.05 * (Math.log10(Number(assignment[Y])) + 2) ** 2;
}

interface Run {
  trials: TrialRecord[];
  decisions: string[];
}

/** Carries out what is decided, `parallel` trials at once, each an epoch further in every round. */
function run(
  search: Search,
  parallel = 3,
  fate: (trial: TrialRecord) => TrialRecord['state'] | null = () => null,
): Run {
  let trials: TrialRecord[] = [];
  const decisions: string[] = [];
  const replace = (number: number, change: Partial<TrialRecord>) => {
    trials = trials.map((trial) => (trial.number === number ? { ...trial, ...change } : trial));
  };
  for (let round = 0; round < 10_000; round++) {
    while (trials.filter(({ state }) => state === 'active').length < parallel) {
      const decision = decide(search, trials);
      expect(decide(search, trials)).toEqual(decision);
      if (decision.type === 'end') return { trials, decisions };
      if (decision.type === 'wait') break;
      decisions.push(`${decision.type} ${decision.number} until ${decision.until}`);
      if (decision.type === 'promote') replace(decision.number, { state: 'active', until: decision.until });
      else trials = [...trials, { ...decision, state: 'active', curve: [] }];
    }
    for (const trial of trials.filter(({ state }) => state === 'active')) {
      const epoch = epochsOf(trial) + 1;
      const curve = [...trial.curve, { epoch, value: quality(trial.assignment) * (1 - 1 / (epoch + 1)) }];
      const isThere = epoch === trial.until;
      const state = fate(trial) ?? (isThere ? (epoch === search.epochs ? 'ended' : 'waiting') : 'active');
      replace(trial.number, { curve, state });
    }
  }
  throw new Error('The search does not end.');
}

const trained = (trials: readonly TrialRecord[]) => trials.reduce((sum, trial) => sum + epochsOf(trial), 0);
const best = ({ trials }: Run) => ranked(trials, 'maximize')[0].best.value;

describe('random search', () => {
  it('trains every trial to its end, within the epochs that it may train', () => {
    expect(run(SEARCH).trials.map(epochsOf)).toEqual(new Array(27).fill(9));
    const cheap = run({ ...SEARCH, maxEpochs: 50 }).trials;
    expect(cheap.map(epochsOf)).toEqual(new Array(5).fill(9));
  });

  it('ends where the first ten trials fail', () => {
    expect(run(SEARCH, 2, () => 'failed').trials).toHaveLength(10);
  });

  it('is a function of the seed', () => {
    expect(run(SEARCH)).toEqual(run(SEARCH));
    expect(run({ ...SEARCH, seed: 1 }).trials[0].assignment).not.toEqual(run(SEARCH).trials[0].assignment);
  });
});

describe('the grid', () => {
  it('ends with its last combination', () => {
    const parameters = readSpace({ [X]: [0.1, 0.3], [Y]: [0.01, 0.1, 1] });
    const { trials } = run({ ...SEARCH, parameters, strategy: 'grid', maxTrials: 1000 });
    expect(trials.map(({ assignment }) => [assignment[X], assignment[Y]])).toEqual([
      [0.1, 0.01],
      [0.1, 0.1],
      [0.1, 1],
      [0.3, 0.01],
      [0.3, 0.1],
      [0.3, 1],
    ]);
  });
});

describe('TPE', () => {
  it('finds better settings than random search, over 20 seeds', () => {
    const wins = Array.from({ length: 20 }, (_, seed) => {
      const settings = { ...SEARCH, seed, maxTrials: 40 };
      return best(run({ ...settings, strategy: 'tpe' })) - best(run(settings));
    });
    expect(wins.filter((gain) => gain > 0).length).toBeGreaterThanOrEqual(14);
  });

  it('learns from failures: it leaves the half that fails', () => {
    const failing = ({ assignment }: TrialRecord) => (Number(assignment[X]) > 0.5 ? 'failed' : null);
    const { trials } = run({ ...SEARCH, strategy: 'tpe', maxTrials: 60 }, 1, failing);
    const late = trials.slice(20).filter((trial) => failing(trial) !== null);
    // Of 40, of which chance would lose 20.
    expect(late.length).toBeLessThan(10);
  });
});

describe('ASHA', () => {
  const asha: Search = { ...SEARCH, strategy: 'asha' };

  it('has rungs that grow by the factor, the last at the end', () => {
    expect(rungsOf(asha)).toEqual([1, 3, 9]);
    expect(rungsOf({ ...asha, epochs: 20 })).toEqual([1, 3, 9, 20]);
    expect(rungsOf({ ...asha, epochs: 1 })).toEqual([1]);
  });

  it('trains a third of the trials on from each rung, the best ones, for a quarter of the epochs', () => {
    const { trials, decisions } = run(asha, 1);
    const reached = (epoch: number) => trials.filter((trial) => epochsOf(trial) >= epoch);
    expect([1, 3, 9].map((epoch) => reached(epoch).length)).toEqual([27, 9, 3]);
    expect(trained(trials)).toBe(27 + 9 * 2 + 3 * 6);
    expect(decisions.slice(0, 4)).toEqual([
      'begin 1 until 1',
      'begin 2 until 1',
      'begin 3 until 1',
      expect.stringMatching(/^promote \d until 3$/),
    ]);
    const order = ranked(trials, 'maximize', 1).map(({ trial }) => trial.number);
    const [first] = ranked(reached(9), 'maximize');
    expect(first.trial.number).toBe(order[0]);
  });

  it('does the same whatever order the trials of a round end in, as long as the results are the same', () => {
    const { trials } = run(asha, 4);
    expect(trials).toEqual(run(asha, 4).trials);
    expect(trials.filter((trial) => epochsOf(trial) >= 9).length).toBeGreaterThanOrEqual(3);
  });

  it('trains one trial to its end where there are too few for the rule', () => {
    const { trials } = run({ ...asha, maxTrials: 4 }, 2);
    expect(trials.map(epochsOf).sort()).toEqual([1, 1, 1, 9]);
    const [first] = ranked(trials, 'maximize', 1);
    expect(epochsOf(first.trial)).toBe(9);
  });

  it('keeps enough of its epochs to train one trial to its end', () => {
    const { trials } = run({ ...asha, maxTrials: 1000, maxEpochs: 60 }, 3);
    expect(trained(trials)).toBeLessThanOrEqual(60);
    expect(trained(trials)).toBeGreaterThan(50);
    expect(trials.some((trial) => epochsOf(trial) === 9)).toBe(true);
    expect(trials.length).toBeGreaterThan(15);
  });

  it('goes on without trials that failed or were cancelled at a rung', () => {
    const fate = ({ number, curve }: TrialRecord) => (curve.length === 0 && number % 4 === 0 ? 'failed' : null);
    const { trials } = run(asha, 3, fate);
    expect(trials).toHaveLength(27);
    expect(trials.some(({ state }) => state === 'ended')).toBe(true);
  });

  it('takes a trial that stopped early as having reached every rung', () => {
    const fate = ({ number }: TrialRecord) => (number === 2 ? 'ended' : null);
    const { trials } = run({ ...asha, maxTrials: 9 }, 2, fate);
    expect(epochsOf(trials[1])).toBe(1);
    expect(bestOf(trials[1].curve, 'maximize')?.epoch).toBe(1);
  });
});
