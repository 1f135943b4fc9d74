// What augmentation is for: a network that only saw bars in the middle of the image finds them where they were shifted to,
// and mixed labels teach the same classes.
import type { TrainingOptions } from '@trainyard/contracts';
import { describe, expect, it } from 'vitest';
import type { TrainingData } from '../../packages/runtime/src/training-data.js';
import { arraySplit, fitOn, generator } from './fitting.js';

const SIDE = 8;
const PIXELS = SIDE * SIDE;
const image = { width: SIDE, height: SIDE, channels: 1 } as const;
const LAYERS = [
  { type: 'flatten' },
  { type: 'dense', units: 32, activation: 'relu' },
  { type: 'dense', units: 'classes', activation: 'softmax' },
];

/** Class 0 has a bright row and class 1 a bright column, up to `reach` pixels from the middle, on noise. */
function bars(count: number, reach: number, seed: number) {
  const random = generator(seed);
  const images = new Uint8Array(count * PIXELS);
  const labels = Int32Array.from({ length: count }, (_, i) => i % 2);
  for (let i = 0; i < count; i++) {
    const place = 3 + Math.floor(random() * (2 * reach + 1)) - reach;
    for (let at = 0; at < PIXELS; at++) {
      const isBar = (labels[i] === 0 ? Math.floor(at / SIDE) : at % SIDE) === place;
      images[i * PIXELS + at] = Math.floor(random() * 60) + (isBar ? 180 : 0);
    }
  }
  return arraySplit(images, labels, PIXELS);
}

/** Accuracy at the end on bars that lie anywhere within `reach`, after a training on those in the middle. */
async function learnt(augmentation: TrainingOptions['augmentation'], reach: number): Promise<number> {
  const data: TrainingData = {
    splits: { train: bars(160, 0, 1), validation: bars(200, reach, 2), test: bars(10, 0, 3) },
  };
  const options = { epochs: 25, batch_size: 16, optimizer: { type: 'adam', learning_rate: 0.005 } } as const;
  const { epochs } = await fitOn(LAYERS, { image, classes: 2, task: 'multiclass' }, data, { ...options, augmentation });
  return epochs.at(-1)?.validation?.accuracy ?? 0;
}

describe('a training on bars in the middle', () => {
  it('finds them elsewhere where it saw them shifted', async () => {
    expect(await learnt(null, 3)).toBeLessThan(0.85);
    expect(await learnt({ translation: 0.375, fill: 'edge' }, 3)).toBeGreaterThan(0.95);
  });

  it.each<[string, TrainingOptions['augmentation']]>([
    ['blended images', { mixup: { alpha: 0.4 } }],
    ['pasted images', { cutmix: {} }],
    [
      'all but turns',
      { mixup: {}, random_crop: {}, brightness: 0.2, contrast: 0.2, gaussian_noise: 0.05, erasing: {} },
    ],
  ])('learns them from %s', async (_, augmentation) => {
    expect(await learnt(augmentation, 0)).toBeGreaterThan(0.95);
  });
});
