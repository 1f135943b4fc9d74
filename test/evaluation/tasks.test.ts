// Evaluations of every task, from an archive to the files that they leave.
import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { TestAnalyst } from './analyst.js';
import { className, folders, network, type Shade, SIDE, shades, table } from './pictures.js';

let analyst: TestAnalyst;
beforeAll(async () => {
  analyst = await TestAnalyst.open();
});

const content = ({ png }: Shade) => createHash('sha256').update(png).digest('hex').slice(0, 32);

describe('classes', () => {
  it('of another data set are those of the model by their names, and images are known by their content', async () => {
    const pictures = shades(60, 1);
    const trained = await analyst.dataset('ds_trained', await folders(pictures, className));
    const model = await analyst.model(trained, network('softmax'));
    const { samples, predictions, result } = await analyst.evaluate(model);
    expect(samples).toMatchObject({ task: 'multiclass', names: ['bright', 'dark', 'middle'] });
    const byContent = new Map(pictures.map((shade) => [content(shade), shade]));
    samples.contents.forEach((key, row) => {
      const shade = byContent.get(key);
      expect(shade && className(shade)).toBe(samples.names[samples.labels[row]]);
    });
    const right = samples.labels.filter((label, row) => {
      const row3 = predictions.slice(3 * row, 3 * row + 3);
      return row3.indexOf(Math.max(...row3)) === label;
    });
    expect(right.length / samples.count).toBeCloseTo(result.accuracy?.value ?? -1, 12);

    // The same images again, without one class, so that the others have other places.
    const others = await analyst.dataset(
      'ds_others',
      await folders(pictures, (shade) => (className(shade) === 'bright' ? null : className(shade))),
    );
    expect(others.classes).toEqual(['dark', 'middle']);
    const again = await analyst.evaluate(model, others);
    expect(again.result.names).toEqual(samples.names);
    let shared = 0;
    again.samples.contents.forEach((key, row) => {
      const place = samples.contents.indexOf(key);
      if (place === -1) return;
      shared += 1;
      expect(again.samples.labels[row]).toBe(samples.labels[place]);
      expect(again.predictions.slice(3 * row, 3 * row + 3)).toEqual(predictions.slice(3 * place, 3 * place + 3));
    });
    expect(shared).toBeGreaterThan(10);
  });

  it('told apart by one output have two probabilities', async () => {
    const archive = await folders(shades(50, 2), ({ value }) => (value > 0.5 ? 'light' : 'heavy'));
    const dataset = await analyst.dataset('ds_binary', archive);
    const model = await analyst.model(dataset, network('sigmoid', 1), { loss: 'binary_crossentropy' });
    const { result, samples, predictions } = await analyst.evaluate(model, undefined, { temperature_scaling: true });
    expect(result).toMatchObject({ task: 'binary', names: ['heavy', 'light'], count: samples.count });
    expect(predictions).toHaveLength(2 * samples.count);
    expect(result.metrics.accuracy).toBeCloseTo(result.accuracy?.value ?? -1, 12);
    expect(result.metrics.loss).toBeCloseTo(result.calibration?.log_loss ?? -1, 5);
    expect(result.temperature_scaling?.fitted_on.split).toBe('validation');
  });

  it('that the model does not have end it with the reason', async () => {
    const trained = await analyst.dataset('ds_two', await folders(shades(20, 3), className));
    const strange = await analyst.dataset(
      'ds_pale',
      await folders(shades(20, 4), ({ value }) => (value < 0.5 ? 'dark' : 'pale')),
    );
    const model = await analyst.model(trained, network('softmax'));
    await expect(analyst.evaluate(model, strange)).rejects.toMatchObject({
      code: 'invalid_dataset',
      detail: expect.stringContaining('"pale"'),
    });
  });
});

describe('labels', () => {
  it('are each judged for itself', async () => {
    const tags = ({ value }: Shade) => [value > 0.4 ? 'light' : '', value > 0.7 ? 'white' : ''].join('|');
    const dataset = await analyst.dataset('ds_labels', await table(shades(50, 5), 'file,tags', tags));
    const model = await analyst.model(dataset, network('sigmoid'), {
      loss: 'binary_crossentropy',
      metrics: ['accuracy', 'precision', 'recall', 'f1', 'auc'],
    });
    const { result, samples } = await analyst.evaluate(model, undefined, { temperature_scaling: true });
    expect(result).toMatchObject({ task: 'multilabel', names: ['light', 'white'] });
    expect(samples.labels).toHaveLength(2 * samples.count);
    expect(result.metrics.accuracy).toBeCloseTo(result.accuracy?.value ?? -1, 12);
    expect(result.metrics.f1).toBeCloseTo(result.averages?.macro.f1 ?? -1, 12);
    expect(result.metrics.auc).toBeCloseTo(result.roc?.macro ?? -1, 12);
    expect(result.metrics.loss).toBeCloseTo(result.calibration?.log_loss ?? -1, 5);
    expect(result.temperature_scaling?.temperature).toBeGreaterThan(0);
  });
});

describe('numbers', () => {
  it('are matched by the names of the columns and measured in their own units', async () => {
    const pictures = shades(50, 6);
    const grams = ({ value }: Shade) => 500 * value;
    const archive = await table(pictures, 'file,grams,shade', (shade) => `${grams(shade)},${shade.value}`);
    const dataset = await analyst.dataset('ds_numbers', archive, ['grams', 'shade']);
    const turned = await table(pictures, 'file,shade,grams', (shade) => `${shade.value},${grams(shade)}`);
    const other = await analyst.dataset('ds_turned', turned, ['shade', 'grams']);
    expect(other.targets).toEqual(['shade', 'grams']);
    const model = await analyst.model(dataset, network('linear'));
    const { result, samples, predictions, pixels } = await analyst.evaluate(model);
    expect(result).toMatchObject({ task: 'regression', names: ['grams', 'shade'] });
    const errors = samples.labels.map((value, i) => Math.abs(value - predictions[i])).filter((_, i) => i % 2 === 0);
    const mean = errors.reduce((sum, error) => sum + error) / errors.length;
    expect(result.targets?.[0].mae).toBeCloseTo(mean, 9);
    expect(result.metrics['mae/grams'] / mean).toBeCloseTo(1, 6);
    expect(pixels).toHaveLength(new Set(result.mistakes.map(({ index }) => index)).size * SIDE * SIDE);
    expect((await analyst.evaluate(model, other)).result.targets).toEqual(result.targets);
  });
});
