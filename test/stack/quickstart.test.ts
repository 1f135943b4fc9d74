// The parts of the quick start that need no server; the whole of it is run by hand and by continuous integration.
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { curlLines } from '../../scripts/quickstart/curl.mjs';
import { arrange, DRAWN_WIDTH, drawDigit } from '../../scripts/quickstart/drawing.mjs';
import { SIDE, testDigits } from '../../scripts/quickstart/mnist.mjs';
import { encodeGreyPng } from '../../scripts/quickstart/png.mjs';
import { formatBar } from '../../scripts/quickstart/progress-bar.mjs';
import { checkNode } from '../../scripts/stack/node-version.mjs';

describe('the test digits', () => {
  it('are the first of the real MNIST test split', async () => {
    const digits = await testDigits(6);
    expect(digits.map(({ label }) => label)).toEqual([7, 2, 1, 0, 4, 1]);
    expect(digits.every(({ pixels }) => pixels.length === SIDE * SIDE)).toBe(true);
  });

  it('survive the way into a PNG file pixel by pixel', async () => {
    const [digit] = await testDigits(1);
    const pixels = digit?.pixels ?? new Uint8Array();
    const decoded = await sharp(encodeGreyPng(pixels, SIDE))
      .toColourspace('b-w')
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect(decoded.info).toMatchObject({ width: SIDE, height: SIDE, channels: 1 });
    expect(Buffer.compare(decoded.data, Buffer.from(pixels))).toBe(0);
  });

  it('fit the width of the terminal when they are drawn', async () => {
    const drawings = (await testDigits(6)).map(({ pixels }) => ({ lines: drawDigit(pixels), caption: 'seven' }));
    for (const columns of [20, 64, 80, 200]) {
      const lines = arrange(drawings, columns).split('\n');
      expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(Math.max(columns, DRAWN_WIDTH));
      expect(lines.join('')).toContain('█');
    }
  });
});

describe('the progress bar', () => {
  it('is empty at the start, full at the end and never beyond', () => {
    expect(formatBar('Training', 0, 'queued')).toMatch(/^Training ░+ {3}0 % {2}queued$/);
    expect(formatBar('Training', 1, '')).toMatch(/^Training █+ 100 %$/);
    expect(formatBar('Training', 7, '')).toBe(formatBar('Training', 1, ''));
  });
});

describe('the curl lines', () => {
  it('carry a job that is valid JSON once the shell has filled in the data set', () => {
    const body = /-d '(\{"dataset_id".*)'$/m.exec(curlLines('http://127.0.0.1:8080'))?.[1] ?? '';
    const job = JSON.parse(body.replace(`'$DATASET'`, 'ds_1'));
    expect(job).toMatchObject({ dataset_id: 'ds_1', training: { epochs: 1, batch_size: 128 } });
    expect(job.model.layers).toHaveLength(7);
  });
});

describe('the check of the Node version', () => {
  it.each(['20.19.0', '20.20.2', '22.0.0', '24.11.1'])('lets %s pass', (version) => {
    expect(() => checkNode(version)).not.toThrow();
  });

  it.each(['18.20.0', '20.18.3'])('names the version that is needed when it is %s', (version) => {
    expect(() => checkNode(version)).toThrow(/Node 20\.19 or later/);
  });
});
