import { Value } from 'typebox/value';
import { describe, expect, it } from 'vitest';
import { AugmentationOptions, augmentationContradictions, resolveAugmentation } from './augmentation.js';
import { TrainyardError } from './errors.js';
import { completeTraining } from './stored-training.js';
import { resolveTraining, type TrainingOptions } from './training.js';

const OFF = {
  horizontal_flip: false,
  vertical_flip: false,
  rotation: 0,
  translation: [0, 0],
  zoom: [1, 1],
  shear: 0,
  random_crop: null,
  fill: 'reflect',
  brightness: 0,
  contrast: 0,
  saturation: 0,
  hue: 0,
  erasing: null,
  gaussian_noise: 0,
  mixup: null,
  cutmix: null,
};

function pointersOf(training: TrainingOptions, channels?: number): string[] {
  try {
    resolveTraining(training, channels === undefined ? {} : { channels });
    return [];
  } catch (error) {
    if (error instanceof TrainyardError) return error.toRecord().errors?.map(({ pointer }) => pointer) ?? [];
    throw error;
  }
}

describe('an augmentation', () => {
  it('is none by default', () => {
    expect(resolveAugmentation(undefined)).toBeNull();
    expect(resolveAugmentation(null)).toBeNull();
    expect(resolveTraining().augmentation).toBeNull();
    expect(completeTraining({ epochs: 3 }).augmentation).toBeNull();
  });

  it('is off in all that is left out', () => {
    expect(resolveAugmentation({})).toEqual(OFF);
    expect(resolveAugmentation({ rotation: 5, fill: 'edge' })).toEqual({ ...OFF, rotation: 5, fill: 'edge' });
  });

  it('has amounts for both sides, ranges and the defaults of parts', () => {
    const posted = { translation: 0.1, zoom: 0.25, random_crop: {}, erasing: {}, mixup: {}, cutmix: {} };
    expect(resolveAugmentation(posted)).toEqual({
      ...OFF,
      translation: [0.1, 0.1],
      zoom: [0.75, 1.25],
      random_crop: { padding: 0.125 },
      erasing: { probability: 0.5, area: [0.02, 0.33] },
      mixup: { alpha: 0.2 },
      cutmix: { alpha: 1 },
    });
    expect(posted).toEqual({ translation: 0.1, zoom: 0.25, random_crop: {}, erasing: {}, mixup: {}, cutmix: {} });
  });

  it('mirrors colour images alone where it is the standard one', () => {
    const grey = { ...OFF, random_crop: { padding: 0.125 }, brightness: 0.1, contrast: 0.1 };
    expect(resolveAugmentation('standard', 1)).toEqual(grey);
    expect(resolveAugmentation('standard', 3)).toEqual({ ...grey, horizontal_flip: true, saturation: 0.1 });
    expect(resolveTraining({ augmentation: 'standard' }, { channels: 1 }).augmentation).toEqual(grey);
  });

  it('is the same again when it was stored', () => {
    for (const augmentation of ['standard', { zoom: [0.5, 2], erasing: {}, mixup: {}, translation: 0.2 }] as const) {
      const training = resolveTraining({ augmentation } as TrainingOptions);
      expect(completeTraining(JSON.parse(JSON.stringify(training)))).toEqual(training);
    }
  });
});

describe('the options of an augmentation', () => {
  it.each<[string, unknown]>([
    ['the standard one', 'standard'],
    ['none', null],
    ['two amounts of translation', { translation: [0, 0.5] }],
    ['a range of zoom', { zoom: [0.1, 10] }],
    ['parts that are off', { random_crop: null, erasing: null, mixup: null, cutmix: null }],
  ])('are %s', (_, options) => {
    expect(Value.Check(AugmentationOptions, options)).toBe(true);
  });

  it.each<[string, unknown]>([
    ['another word', 'strong'],
    ['an unknown field', { flip: true }],
    ['an angle below zero', { rotation: -5 }],
    ['three amounts of translation', { translation: [0, 0.5, 0.1] }],
    ['a zoom to nothing', { zoom: [0, 1] }],
    ['a number of pixels', { random_crop: { padding: 4 } }],
    ['more than half the circle', { hue: 0.6 }],
    ['noise of levels', { gaussian_noise: 25 }],
    ['an alpha of zero', { mixup: { alpha: 0 } }],
    ['an unknown fill', { fill: 'wrap' }],
  ])('are not %s', (_, options) => {
    expect(Value.Check(AugmentationOptions, options)).toBe(false);
  });

  it.each<[string, TrainingOptions, number, string[]]>([
    ['a range the wrong way round', { augmentation: { zoom: [1.5, 0.5] } }, 3, ['zoom']],
    ['an area the wrong way round', { augmentation: { erasing: { area: [0.5, 0.1] } } }, 3, ['erasing/area']],
    ['colours of grey images', { augmentation: { saturation: 0.1, hue: 0.1 } }, 1, ['saturation', 'hue']],
    ['mixing of one', { batch_size: 1, augmentation: { mixup: {}, cutmix: {} } }, 3, ['mixup', 'cutmix']],
    ['nothing that fits', { batch_size: 2, augmentation: { mixup: {}, hue: 0.1, zoom: [1, 1] } }, 3, []],
  ])('that are refused: %s', (_, training, channels, fields) => {
    expect(pointersOf(training, channels)).toEqual(fields.map((field) => `/training/augmentation/${field}`));
  });

  it('are refused where they stand', () => {
    const augmentation = resolveAugmentation({ hue: 0.2 });
    const errors = augmentationContradictions(augmentation, { batchSize: 8, channels: 1 }, '/augmentation');
    expect(errors.map(({ pointer }) => pointer)).toEqual(['/augmentation/hue']);
  });
});
