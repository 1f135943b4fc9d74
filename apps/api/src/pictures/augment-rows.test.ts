import { type GalleryIndex, type GallerySample, resolveAugmentation } from '@trainyard/contracts';
import { describe, expect, it } from 'vitest';
import { chooseRows, rowName, settingsOf, titleOf } from './augment-rows.js';

const sample = (index: number, label: GallerySample['label'], split: GallerySample['split'] = 'train') => {
  return { index, place: index, file: `${index}.png`, split, label, width: 8, height: 8 };
};

function galleryOf(samples: GallerySample[], change: Partial<GalleryIndex> = {}): GalleryIndex {
  const picture = { bytes: 1, sha256: '' };
  const image = { width: 8, height: 8, channels: 3 } as const;
  const classes = ['cat', 'dog', 'bird'];
  return { version: 1, task: 'multiclass', classes, targets: [], image, samples, ...change, ...pictures(picture) };
}

const pictures = (picture: GalleryIndex['preview']) => ({ preview: picture, histogram: picture });
const indices = (samples: GallerySample[]) => samples.map(({ index }) => index);

describe('chooseRows', () => {
  const gallery = galleryOf([
    sample(0, 2),
    sample(1, 2),
    sample(2, 0, 'test'),
    sample(3, 0),
    sample(4, 1),
    sample(5, 0),
  ]);

  it('takes an image of each class in their order, then a second one of each', () => {
    expect(indices(chooseRows(gallery, 3))).toEqual([3, 4, 0]);
    expect(indices(chooseRows(gallery, 16))).toEqual([3, 4, 0, 5, 1]);
  });

  it('takes the first ones where there are several labels, or numbers', () => {
    expect(indices(chooseRows(galleryOf([sample(0, [1, 2]), sample(1, [])], { task: 'multilabel' }), 2))).toEqual([
      0, 1,
    ]);
  });
});

describe('rowName', () => {
  it.each<[GalleryIndex['task'], GallerySample['label'], string]>([
    ['multiclass', 1, 'dog'],
    ['multilabel', [0, 2], 'cat, bird'],
    ['multilabel', [], 'no label'],
    ['regression', [1.23456, 2], 'x 1.235 …'],
  ])('says what an image of a %s data set shows', (task, label, name) => {
    const image = sample(0, label);
    expect(rowName(galleryOf([image], { task, targets: ['x', 'y'] }), image)).toBe(name);
  });
});

describe('settingsOf', () => {
  it('names what is on, with its values', () => {
    const augmentation = resolveAugmentation({
      horizontal_flip: true,
      zoom: 0.2,
      translation: [0.1, 0.3],
      erasing: {},
    });
    expect(settingsOf(augmentation)).toEqual([
      'horizontal_flip',
      'zoom 0.8 to 1.2',
      'translation 0.1 × 0.3',
      'erasing probability 0.5 area 0.02 to 0.33',
    ]);
    expect(settingsOf(resolveAugmentation({ fill: 'edge', rotation: 5, translation: 0.1 }))).toEqual([
      'fill edge',
      'rotation 5',
      'translation 0.1',
    ]);
    expect(settingsOf(resolveAugmentation({}))).toEqual([]);
    expect(settingsOf(null)).toEqual([]);
  });

  it('has a title for each kind', () => {
    expect([null, 'standard' as const, {}].map(titleOf)).toEqual([
      'No augmentation',
      'Augmentation “standard”',
      'Augmentation',
    ]);
  });
});
