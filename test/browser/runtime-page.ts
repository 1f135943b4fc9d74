// A page that loads onnxruntime-web from its own files, as its users do, and an ONNX file beside it.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Browser, Page } from 'playwright-core';

/** Nobody answers there: every request is answered here. */
const ORIGIN = 'http://runtime.test';
const RUNTIME = dirname(
  createRequire(new URL('../../apps/api/package.json', import.meta.url)).resolve('onnxruntime-web'),
);

const TYPES: Readonly<Record<string, string>> = {
  mjs: 'text/javascript',
  wasm: 'application/wasm',
  onnx: 'application/octet-stream',
};

export class RuntimePage {
  readonly #page: Page;

  private constructor(page: Page) {
    this.#page = page;
  }

  static async open(browser: Browser, onnx: Uint8Array): Promise<RuntimePage> {
    const page = await browser.newPage();
    await page.route('**/*', (route) => {
      const name = new URL(route.request().url()).pathname.slice(1);
      if (name === '') return route.fulfill({ contentType: 'text/html', body: '<!doctype html>' });
      const body = name === 'model.onnx' ? Buffer.from(onnx) : readFileSync(join(RUNTIME, name));
      return route.fulfill({ contentType: TYPES[name.split('.').at(-1) ?? ''] ?? 'text/plain', body });
    });
    await page.goto(ORIGIN);
    return new RuntimePage(page);
  }

  /** The outputs for uint8 [count, height, width, channels]. */
  run(pixels: Uint8Array, shape: readonly number[]): Promise<number[]> {
    return this.#page.evaluate(`(async () => {
      const { env, InferenceSession, Tensor } = await import('/ort.wasm.min.mjs');
      env.wasm.numThreads = 1;
      const session = await InferenceSession.create('/model.onnx');
      const pixels = Uint8Array.from(atob('${Buffer.from(pixels).toString('base64')}'), (c) => c.charCodeAt(0));
      const image = new Tensor('uint8', pixels, ${JSON.stringify(shape)});
      const { probabilities } = await session.run({ image });
      return [...probabilities.data];
    })()`);
  }

  close(): Promise<void> {
    return this.#page.close();
  }
}
