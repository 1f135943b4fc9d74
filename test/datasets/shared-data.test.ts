// Archives that other people made.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { sharedData } from '../setup/index.js';
import { createTestStore, ingest } from './store.js';

describe('real archives', () => {
  it('of CIFAR-10, with train and test below a wrapping folder, are read whole', async (context) => {
    const archive = readFileSync(sharedData(context, 'images/cifar10-jpg-6k.zip'));
    const { classes, image, counts, warnings } = await ingest(createTestStore(), archive);
    expect(classes).toHaveLength(10);
    expect(classes).toContain('airplane');
    expect(image).toEqual({ width: 32, height: 32, channels: 3 });
    expect([counts.train.total, counts.validation.total, counts.test.total]).toEqual([4500, 500, 1000]);
    // Test and train do share pictures: test/horse/0089 and train/horse/0338, for example.
    expect(warnings.map(({ code }) => code)).toEqual(['leaking_duplicates', 'near_duplicates']);
  });

  it('of photos of many sizes are brought to 64x64 and keep their train and val', async (context) => {
    const archive = readFileSync(sharedData(context, 'images/flowers-700.zip'));
    const { image, counts, warnings } = await ingest(createTestStore(), archive);
    expect(image).toEqual({ width: 64, height: 64, channels: 3 });
    expect([counts.train.total, counts.validation.total, counts.test.total]).toEqual([500, 200, 0]);
    expect(warnings.map(({ code }) => code)).toEqual([
      'leaking_duplicates',
      'mixed_sizes',
      'aspect_outliers',
      'small_split',
      'exact_duplicates',
      'near_duplicates',
    ]);
  });
});
