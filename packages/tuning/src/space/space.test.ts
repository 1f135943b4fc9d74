import { TrainyardError } from '@trainyard/contracts';
import { describe, expect, it } from 'vitest';
import { gridOf, gridSize, gridTrial, refuseEndlessGrid } from '../strategies/grid.js';
import { randomTrial } from '../strategies/random-search.js';
import { applyAssignment } from './apply.js';
import { isSet } from './parameter.js';
import { probes } from './probes.js';
import { readSpace } from './read-space.js';

const TYPE = '/training/optimizer/type';
const RATE = '/training/optimizer/learning_rate';
const MOMENTUM = '/training/optimizer/momentum';

const SPACE = {
  // Before its parent on purpose.
  [MOMENTUM]: { min: 0, max: 0.9, step: 0.3, when: { [TYPE]: ['sgd'] } },
  [TYPE]: ['adam', 'sgd'],
  [RATE]: { min: 1e-4, max: 1e-1, log: true },
  '/model/layers/0/filters': { min: 8, max: 64, integer: true, log: true },
};

const pointersOf = (run: () => unknown) => {
  try {
    run();
  } catch (error) {
    if (error instanceof TrainyardError) return error.errors?.map(({ pointer }) => pointer);
    throw error;
  }
  return null;
};

describe('a search space', () => {
  it.each([
    ['/learning_rate', { '/learning_rate': [1] }],
    ['/training', { '/training': [{}] }],
    ['/training/__proto__/x', { '/training/__proto__/x': [1] }],
  ])('has no place for %s', (pointer, space) => {
    expect(pointersOf(() => readSpace(space))).toEqual([`/space/${pointer.replaceAll('/', '~1')}`]);
  });

  it.each([
    ['max', { min: 2, max: 1 }],
    ['min', { min: 0, max: 1, log: true }],
    ['min', { min: 0.5, max: 1, integer: true }],
    ['step', { min: 1, max: 8, log: true, step: 2 }],
    ['step', { min: 0, max: 1, step: 2 }],
    ['when/~1training~1b', { values: [1], when: { '/training/b': [1] } }],
  ])('says what is wrong: %s', (place, parameter) => {
    expect(pointersOf(() => readSpace({ '/training/a': parameter }))).toEqual([`/space/~1training~1a/${place}`]);
  });

  it('refuses conditions that cannot hold, circles, and a parameter inside another', () => {
    const strange = { '/training/a': [1], '/training/b': { values: [1], when: { '/training/a': [2] } } };
    expect(pointersOf(() => readSpace(strange))).toEqual(['/space/~1training~1b/when/~1training~1a']);
    const circle = {
      '/training/a': { values: [1], when: { '/training/b': [1] } },
      '/training/b': { values: [1], when: { '/training/a': [1] } },
    };
    expect(pointersOf(() => readSpace(circle))).toHaveLength(2);
    const inside = { '/training/optimizer': [{ type: 'adam' }], [RATE]: [0.1] };
    expect(pointersOf(() => readSpace(inside))).toEqual(['/space/~1training~1optimizer~1learning_rate']);
  });

  it('draws values evenly on their scale, and conditional ones only where their condition holds', () => {
    const parameters = readSpace(SPACE);
    const trials = Array.from({ length: 4000 }, (_, k) => randomTrial(parameters, 1, k + 1));
    for (const trial of trials) {
      expect(Object.hasOwn(trial, MOMENTUM)).toBe(trial[TYPE] === 'sgd');
      for (const parameter of parameters) expect(Object.hasOwn(trial, parameter.pointer)).toBe(isSet(parameter, trial));
    }
    const share = (holds: (trial: Record<string, unknown>) => boolean) => trials.filter(holds).length / trials.length;
    expect(share((trial) => Number(trial[RATE]) < 10 ** -2.5)).toBeCloseTo(0.5, 1);
    expect(share((trial) => Number(trial['/model/layers/0/filters']) < 22.6)).toBeCloseTo(0.5, 1);
    const momenta = new Set(trials.map((trial) => trial[MOMENTUM]).filter((value) => value !== undefined));
    expect([...momenta].sort()).toEqual([0, 0.3, 0.6, 0.9]);
    expect(randomTrial(parameters, 1, 7)).toEqual(trials[6]);
    expect(randomTrial(parameters, 2, 7)).not.toEqual(trials[6]);
  });

  it('reaches each end of each parameter in its probes', () => {
    const found = probes(readSpace(SPACE));
    const momenta = found.map(({ assignment }) => assignment[MOMENTUM]).filter((value) => value !== undefined);
    expect(new Set(momenta)).toEqual(new Set([0, 0.9]));
    const filters = found.map(({ assignment }) => assignment['/model/layers/0/filters']);
    expect(new Set(filters)).toEqual(new Set([8, 64]));
  });
});

describe('a grid', () => {
  const parameters = readSpace({ ...SPACE, [RATE]: [0.1, 0.01], '/model/layers/0/filters': [8, 16] });

  it('has each combination once', () => {
    const all = [...gridOf(parameters)];
    expect(all).toHaveLength(2 * 2 + 4 * 2 * 2);
    expect(new Set(all.map((each) => JSON.stringify(each))).size).toBe(all.length);
    expect(gridSize(parameters, 1000)).toBe(all.length);
    expect(gridSize(parameters, 5)).toBe(5);
    expect(gridTrial(parameters, 3)).toEqual(all[2]);
    expect(gridTrial(parameters, all.length + 1)).toBeNull();
  });

  it('needs an end', () => {
    expect(pointersOf(() => refuseEndlessGrid(readSpace(SPACE)))).toEqual([`/space/${RATE.replaceAll('/', '~1')}`]);
    expect(pointersOf(() => refuseEndlessGrid(parameters))).toBeNull();
  });
});

describe('the values of a trial', () => {
  it('are put where their pointers lead, and leave the posted body as it is', () => {
    const body = { model: { layers: [{ type: 'conv2d', filters: 4 }] }, training: { optimizer: { type: 'adam' } } };
    const applied = applyAssignment(body, { [MOMENTUM]: 0.9, [TYPE]: 'sgd', '/model/layers/0/filters': 32 });
    expect(applied).toEqual({
      model: { layers: [{ type: 'conv2d', filters: 32 }] },
      training: { optimizer: { type: 'sgd', momentum: 0.9 } },
    });
    expect(body.model.layers[0].filters).toBe(4);
  });

  it('make an object of a word, and of what was left out', () => {
    expect(applyAssignment({ model: null, training: {} }, { [RATE]: 0.1 }).training).toEqual({
      optimizer: { type: 'adam', learning_rate: 0.1 },
    });
    const named = { model: null, training: { schedule: 'cosine' } };
    expect(applyAssignment(named, { '/training/schedule/alpha': 0.1 }).training).toEqual({
      schedule: { type: 'cosine', alpha: 0.1 },
    });
  });

  it('have no place beyond a list or inside a number', () => {
    const body = { model: { layers: [{}] }, training: { epochs: 3 } };
    expect(pointersOf(() => applyAssignment(body, { '/model/layers/1': {} }))).toEqual(['/space/~1model~1layers~11']);
    expect(pointersOf(() => applyAssignment(body, { '/training/epochs/x': 1 }))).toHaveLength(1);
  });
});
