import { describe, expect, it } from 'vitest';
import { PreparingThread } from './preparing-thread.js';

const WORK = { seed: 0, firstStep: 1, images: null, random: [] };
const MISSING = new URL('./no-such-script.js', import.meta.url);

describe('a thread that prepares batches', () => {
  it('fails with what its work fails with, and does the next all the same', async () => {
    const thread = new PreparingThread({ changes: null });
    const input = { kind: 'mask', input: 'mask', shape: [3], rate: 0.5, stream: 0 } as const;
    const memory = new Float32Array(3);
    await expect(thread.prepare({ ...WORK, random: [{ input, memory }] })).rejects.toThrow('another type of number');
    await expect(thread.prepare(WORK)).resolves.toBeNull();
    await thread.close();
  });

  it('says what ended it to whoever asks, then and later', async () => {
    const thread = new PreparingThread({ changes: null }, MISSING);
    await expect(thread.prepare(WORK)).rejects.toThrow('no-such-script');
    await expect(thread.prepare(WORK)).rejects.toThrow('no-such-script');
  });
});
