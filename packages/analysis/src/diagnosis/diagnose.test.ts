import { describe, expect, it } from 'vitest';
import { diagnose } from './diagnose.js';
import { epochRows, healthyFacts, look } from './example-facts.js';
import type { DiagnosisFacts } from './facts.js';

const codes = (facts: DiagnosisFacts) => diagnose(facts).map(({ code }) => code);
const [first] = [(facts: DiagnosisFacts) => diagnose(facts)[0]];

/** What one look finds, with other figures for each kernel. */
function kernels(epoch: number, change: (place: number) => object) {
  const base = look(epoch);
  return { ...base, weights: base.weights.map((weight, place) => ({ ...weight, ...change(place) })) };
}

describe('a diagnosis', () => {
  it('says so where nothing is wrong', () => {
    expect(codes(healthyFacts())).toEqual(['healthy']);
  });

  it('says nothing before there is something to go by', () => {
    expect(diagnose(healthyFacts({ epochs: [], probes: [look(0)] }))).toEqual([]);
  });

  it('names overfitting with the epochs and figures that it rests on', () => {
    const epochs = epochRows([1, 0.5, 0.2, 0.1, 0.05, 0.02], [0.9, 0.6, 0.5, 0.55, 0.65, 0.8]);
    const verdict = first(healthyFacts({ epochs }));
    expect(verdict).toMatchObject({ code: 'overfitting', explained_by: null });
    expect(verdict.evidence[0]).toMatchObject({ epochs: [3, 6], figures: { loss: 0.02, val_loss: 0.8, rise: 0.6 } });
    expect(verdict.remedies.length).toBeGreaterThanOrEqual(5);
  });

  it('says that there is too little data rather than only that it was overfitted', () => {
    const epochs = epochRows([1, 0.5, 0.2, 0.1, 0.05, 0.02], [0.9, 0.6, 0.5, 0.55, 0.65, 0.8]);
    const { dataset } = healthyFacts();
    const few = { total: 40, classes: { a: 10, b: 10, c: 10, d: 10 } };
    const facts = healthyFacts({ epochs, dataset: { ...dataset, counts: { ...dataset.counts, train: few } } });
    expect(diagnose(facts)).toMatchObject([
      { code: 'too_little_data' },
      { code: 'overfitting', explained_by: 'too_little_data' },
    ]);
  });

  it('names a network that learns nothing, and blames a penalty where one is in the way', () => {
    const epochs = epochRows([1.39, 1.38, 1.38, 1.38], [1.39, 1.39, 1.39, 1.39]);
    expect(first(healthyFacts({ epochs })).remedies[0].title).toBe('Give it more capacity');
    const held = first(healthyFacts({ epochs, probes: [look(0, { penalty: 30 }), look(4)] }));
    expect(held).toMatchObject({ code: 'underfitting', remedies: [{ title: 'Regularise less' }, {}, {}] });
  });

  it('tells a training that ended too early from one that stopped by itself', () => {
    const epochs = epochRows([1.2, 1, 0.8, 0.6], [1.1, 0.9, 0.7, 0.55]);
    expect(codes(healthyFacts({ epochs }))).toEqual(['still_improving']);
    expect(codes(healthyFacts({ epochs, stopReason: null, status: 'running' }))).toEqual(['healthy']);
  });

  it('tells a rate that is too low from one that is too high by how far steps lead', () => {
    const epochs = epochRows([1.39, 1.38, 1.38, 1.38], [1.39, 1.39, 1.39, 1.39]);
    const low = kernels(1, () => ({ update_ratio: 1e-5 }));
    const high = kernels(1, () => ({ update_ratio: 0.3, norm: 40 }));
    expect(first(healthyFacts({ epochs, probes: [look(0), low] })).code).toBe('learning_rate_too_low');
    expect(first(healthyFacts({ epochs, probes: [look(0), high] })).code).toBe('learning_rate_too_high');
  });

  it('names a training that broke off, also before its first epoch', () => {
    const error = { code: 'training_diverged', message: 'The loss is no longer a number.' };
    const facts = healthyFacts({ status: 'failed', stopReason: null, error, epochs: [], probes: [look(0)] });
    expect(first(facts)).toMatchObject({ code: 'divergence', evidence: [{ text: error.message }] });
  });

  it('puts the cause before what follows from it', () => {
    const epochs = epochRows([1.39, 1.39, 1.39, 1.39], [1.39, 1.39, 1.39, 1.39]);
    const layers = look(0).layers.map((layer) => ({ ...layer, dead_share: 1 }));
    const alike = kernels(0, (place) => (place === 0 ? { std: 0, norm: 0 } : {}));
    const verdicts = diagnose(healthyFacts({ epochs, probes: [{ ...alike, layers }, look(4, { layers })] }));
    expect(verdicts[0].code).toBe('bad_initialization');
    expect(verdicts.slice(1).every(({ explained_by }) => explained_by === 'bad_initialization')).toBe(true);
    expect(verdicts.map(({ code }) => code)).toContain('dead_relu');
  });

  it('counts images in two splits only where they are more than a few', () => {
    const { dataset } = healthyFacts();
    const leaking = (count: number) => [{ code: 'leaking_duplicates' as const, message: 'Leaks.', count }];
    expect(codes(healthyFacts({ dataset: { ...dataset, warnings: leaking(3) } }))).toEqual(['healthy']);
    const verdict = first(healthyFacts({ dataset: { ...dataset, warnings: leaking(200) } }));
    expect(verdict.code).toBe('leakage');
    expect(verdict.remedies[0].before).toMatchObject({ path: '/v1/datasets/ds_1/images' });
  });
});
