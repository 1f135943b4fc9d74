// Tables and arrays of which some bytes were changed: they are read or refused with a reason, whatever the bytes.
import { TrainyardError } from '@trainyard/contracts';
import { describe, expect, it } from 'vitest';
import { buildZip, cifarContents, encodeNpy, encodeParquet, encodePng, patternImage } from '../fixtures/index.js';
import { randomSource } from '../fixtures/random.js';
import { createTestStore, ingest, keysBelow } from './store.js';

const COUNT = 12;
const labels = Array.from({ length: COUNT }, (_, index) => index % 3);
const pixels = labels.map((classIndex, seed) =>
  patternImage({ classIndex, classes: 3, width: 6, height: 6, channels: 1, seed }),
);
const files = pixels.map((values) => encodePng({ width: 6, height: 6, channels: 1, pixels: values }));

const sound: Record<string, () => Promise<Buffer>> = {
  parquet: async () =>
    encodeParquet({
      columns: [
        { name: 'image', type: 'image', values: files },
        { name: 'label', type: 'int64', values: labels },
      ],
      groupRows: 5,
      metadata: { huggingface: '{"info":{"features":{"label":{"_type":"ClassLabel","names":["a","b","c"]}}}}' },
    }),
  'parquet of lists': async () =>
    encodeParquet({
      columns: [
        { name: 'pixels', type: 'list', values: pixels.map((values) => [...values]) },
        { name: 'label', type: 'text', values: labels.map(String) },
      ],
    }),
  npz: () =>
    buildZip([
      {
        path: 'x.npy',
        bytes: encodeNpy({ descr: '<f4', shape: [COUNT, 6, 6], values: pixels.flatMap((p) => [...p]) }),
        store: true,
      },
      { path: 'y.npy', bytes: encodeNpy({ descr: '<i8', shape: [COUNT], values: labels }), store: true },
    ]),
  csv: async () => Buffer.from(pixels.map((values, index) => `${labels[index]},${values.join(',')}\n`).join('')),
  cifar: () => buildZip(cifarContents({ train: [8], test: 0 }).map((content) => ({ ...content, store: true }))),
};

/** A copy with some bytes changed, cut or doubled, the same for a seed. */
function spoil(bytes: Buffer, seed: number): Buffer {
  const random = randomSource(seed);
  const place = () => Math.floor(random() * bytes.length);
  const copy = Buffer.from(bytes);
  for (let change = 0; change <= seed % 4; change++) copy[place()] = Math.floor(random() * 256);
  if (seed % 5 === 0) return copy.subarray(0, place());
  if (seed % 7 !== 0) return copy;
  const at = place();
  return Buffer.concat([copy.subarray(0, at), copy.subarray(Math.max(0, at - 20))]);
}

describe('spoiled files are read, or refused with a reason, and leave nothing behind', () => {
  it.each(Object.keys(sound))('%s', async (kind) => {
    const bytes = await sound[kind]();
    const whole = createTestStore();
    await ingest(whole, bytes, { options: { image: { width: 6, height: 6 } } });
    let refused = 0;
    for (let seed = 1; seed <= 150; seed++) {
      const store = createTestStore();
      const error = await ingest(store, spoil(bytes, seed)).then(
        () => null,
        (thrown: unknown) => thrown,
      );
      if (error === null) continue;
      refused++;
      expect(error, `seed ${seed}`).toBeInstanceOf(TrainyardError);
      expect(error, `seed ${seed}`).toMatchObject({ code: expect.stringMatching(/^invalid_(archive|dataset)$/) });
      const left = (await keysBelow(store, 'datasets')).filter((key) => !key.endsWith('/skipped.jsonl'));
      expect(left, `seed ${seed}`).toEqual([]);
    }
    expect(refused).toBeGreaterThan(20);
  });
});
