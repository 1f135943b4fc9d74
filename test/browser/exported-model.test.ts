// An exported file in a browser: by onnxruntime-web as its users load it, and in the demo page, which needs no network.
import { decodeImage } from '@trainyard/datasets';
import type { Browser } from 'playwright-core';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { encodePng } from '../fixtures/png.js';
import {
  CLASSES,
  files,
  IMAGE,
  predict,
  randomPixels,
  type Serving,
  startedEndpoint,
  startServing,
} from '../inference/serving.js';
import { storedExport } from '../inference/stored-export.js';
import { TEST_KEY } from '../setup/index.js';
import { findChromium, launchChromium } from './chromium.js';
import { DemoPage } from './demo-page.js';
import { RuntimePage } from './runtime-page.js';

const IMAGES = 64;
/** WebAssembly adds float32 numbers in another order than the processor's own instructions. */
const DIFFERENCE_MAX = 1e-5;

let serving: Serving;
let browser: Browser;
let checkpointId: string;

describe.skipIf(findChromium() === null)('an exported file in Chromium', () => {
  beforeAll(async () => {
    serving = await startServing({ api: true });
    checkpointId = (await startedEndpoint(serving, 'pages')).checkpoint_id;
    [browser] = await Promise.all([launchChromium(), storedExport(serving, checkpointId)]);
  });

  it('gives the top class and the probabilities of the endpoint, run by onnxruntime-web', async () => {
    const images = Array.from({ length: IMAGES }, (_, seed) => randomPixels(2000 + seed));
    const { predictions } = await predict(serving, 'pages', files(...images.map(pngOf)));
    const page = await RuntimePage.open(
      browser,
      new Uint8Array(await (await get('download?format=onnx')).arrayBuffer()),
    );
    const { height, width, channels } = IMAGE;
    const outputs = await page.run(Buffer.concat(images), [IMAGES, height, width, channels]);
    await page.close();
    expect(outputs).toHaveLength(IMAGES * CLASSES.length);
    let largest = 0;
    for (const [row, { label, probabilities }] of predictions.entries()) {
      const own = outputs.slice(row * CLASSES.length, (row + 1) * CLASSES.length);
      expect(CLASSES[own.indexOf(Math.max(...own))]).toBe(label);
      for (const [place, name] of CLASSES.entries()) {
        largest = Math.max(largest, Math.abs(own[place] - probabilities[name]));
      }
    }
    console.log(`largest difference in Chromium over ${IMAGES} images: ${largest}`);
    expect(largest).toBeLessThanOrEqual(DIFFERENCE_MAX);
    expect(new Set(predictions.map(({ label }) => label)).size).toBeGreaterThan(1);
  });

  describe('in the demo page, saved and opened without a network', () => {
    let html: string;
    let demo: DemoPage;

    beforeAll(async () => {
      const answer = await get('demo.html');
      expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
      html = await answer.text();
      // Where it is served it has the same rules as where it was saved.
      expect(html).toContain(`content="${answer.headers.get('content-security-policy')}"`);
      demo = await DemoPage.open(browser, html);
    });

    it('answers an image as the endpoint does, however it comes, and asks nobody', async () => {
      for (const [seed, way] of (['choose', 'drop', 'paste'] as const).entries()) {
        const image = pngOf(randomPixels(10 + seed));
        await (way === 'choose' ? demo.choose(image) : demo.give(way, image));
        const shown = await demo.answer();
        const [{ label, probabilities }] = (await predict(serving, 'pages', files(image))).predictions;
        expect([way, shown[0].label]).toEqual([way, label]);
        expect(shown).toHaveLength(CLASSES.length);
        for (const { label: name, value } of shown) {
          expect(Math.abs(value - probabilities[name])).toBeLessThan(DIFFERENCE_MAX);
        }
      }
      expect(demo.requested).toEqual([demo.address]);
      expect(await demo.violation()).toBeNull();
    });

    it.each(Object.keys(PICTURES))('brings %s to the size of the model nearly as ingest does', async (name) => {
      const { file, largest, mean } = PICTURES[name];
      const bytes = await file();
      await demo.choose(bytes);
      const seen = await demo.pixels();
      const wanted = await decodeImage(bytes, { ...IMAGE, fit: 'cover' });
      const differences = [...wanted].map((value, place) => Math.abs(value - seen[place]));
      const measured = { largest: Math.max(...differences), mean: differences.reduce((a, b) => a + b) / wanted.length };
      console.log(`${name}: ${JSON.stringify(measured)}`);
      expect(measured.largest).toBeLessThanOrEqual(largest);
      expect(measured.mean).toBeLessThanOrEqual(mean);
    });

    it('says so where a file is no image, and goes on', async () => {
      await demo.choose(Buffer.from('no image'));
      await demo.page.waitForSelector('body[data-state=failed]');
      expect(await demo.page.textContent('#status')).toContain('no image that this browser reads');
      await demo.choose(pngOf(randomPixels(13)));
      expect(await demo.answer()).toHaveLength(CLASSES.length);
    });

    it('may connect to nothing, even where there is a network', async () => {
      await demo.goOnline();
      const url = `http://127.0.0.1:${serving.environment.TRAINYARD_PORT}/healthz`;
      expect(await demo.page.evaluate(`fetch('${url}').then(String, String)`)).toContain('TypeError');
      expect(await demo.violation()).toBe('connect-src');
      expect(demo.requested).toEqual([demo.address]);
    });
  });
});

const pngOf = (pixels: Uint8Array): Buffer => encodePng({ ...IMAGE, pixels });

/** Of a checkpoint, over the API. */
async function get(what: string): Promise<Response> {
  const url = `http://127.0.0.1:${serving.environment.TRAINYARD_PORT}/v1/checkpoints/${checkpointId}/${what}`;
  const answer = await fetch(url, { headers: { authorization: `Bearer ${TEST_KEY}` } });
  expect(answer.status).toBe(200);
  return answer;
}

/** Soft shapes with some noise, as photos have them. */
function picture(width: number, height: number) {
  const seeds = randomPixels(7);
  const shapes = sharp(seeds, { raw: { ...IMAGE } });
  return shapes.resize(width, height, { fit: 'fill', kernel: 'cubic' }).sharpen();
}

/** Files that are larger or smaller than the model's images, and how far the pixels may lie from those of ingest, of 255. */
const PICTURES: Record<string, { file: () => Promise<Buffer>; largest: number; mean: number }> = {
  'a large PNG': { file: () => picture(333, 250).png().toBuffer(), largest: 3, mean: 1 },
  'a small PNG': { file: () => picture(16, 11).png().toBuffer(), largest: 3, mean: 0.5 },
  'a transparent PNG': {
    file: () => picture(90, 64).ensureAlpha(0.5).png().toBuffer(),
    largest: 4,
    mean: 1.5,
  },
  'a JPEG that was taken upright': {
    file: async () => {
      const lying = await picture(250, 320).jpeg({ quality: 90 }).withMetadata({ orientation: 6 }).toBuffer();
      return lying;
    },
    largest: 12,
    mean: 2,
  },
};
