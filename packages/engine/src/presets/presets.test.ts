import { resolveTraining } from '@trainyard/contracts';
import { describe, expect, it } from 'vitest';
import { buildModel } from '../model/build.js';
import { parseModelSpec } from '../spec/parse.js';
import { presets } from './index.js';

/** With ten classes. Those of the papers and benchmarks that a preset follows, where it follows one to the layer. */
const PARAMETERS: Readonly<Record<string, number>> = {
  course: 1_626_442,
  lenet5: 61_706,
  mnist_convnet: 34_826,
  vgg_small: 2_378_730,
  resnet8: 78_666,
  resnet20: 274_042,
  mobilenet_small: 278_730,
};

it('every ready-made model is counted here', () => {
  expect(Object.keys(PARAMETERS).sort()).toEqual(Object.keys(presets).sort());
});

describe.each(Object.entries(presets))('the ready-made model %s', (id, preset) => {
  const model = buildModel(parseModelSpec(preset.spec), { image: preset.spec.input, classes: 10 });
  const count = model.parameters.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);

  it('has its place as its id', () => {
    expect(preset.id).toBe(id);
  });

  it('has as many parameters as it says', () => {
    expect(count).toBe(PARAMETERS[id]);
    expect(preset.summary).toContain(`${count.toLocaleString('en')} parameters`);
  });

  it('ends in a probability for each class', () => {
    expect(model.head).toEqual({ task: 'multiclass', units: 10, activation: 'softmax' });
  });

  it('suggests a training that is valid', () => {
    expect(resolveTraining(preset.training)).toMatchObject(preset.training);
  });
});
