// A demo page that was saved and is opened from its file, without a network: whatever it asks for is written down.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { createTestFolder } from '../setup/index.js';

export interface ShownRow {
  label: string;
  value: number;
}

export class DemoPage {
  readonly page: Page;
  readonly address: string;
  /** The addresses that it has asked for. */
  readonly requested: string[] = [];
  readonly #context: BrowserContext;

  private constructor(context: BrowserContext, page: Page, address: string) {
    this.#context = context;
    this.page = page;
    this.address = address;
  }

  /** Once its model is loaded. */
  static async open(browser: Browser, html: string, options: BrowserContextOptions = {}): Promise<DemoPage> {
    const file = join(createTestFolder(), 'demo.html');
    writeFileSync(file, html);
    const context = await browser.newContext({ offline: true, ...options });
    const demo = new DemoPage(context, await context.newPage(), pathToFileURL(file).href);
    await demo.#load();
    return demo;
  }

  /** Chooses a file as a user does. */
  choose(bytes: Uint8Array): Promise<void> {
    return this.page.setInputFiles('#file', { name: 'image', mimeType: 'image/png', buffer: Buffer.from(bytes) });
  }

  /** Drops or pastes an image file. */
  async give(way: 'drop' | 'paste', bytes: Uint8Array): Promise<void> {
    await this.page.evaluate(`{
      const bytes = Uint8Array.from(atob('${Buffer.from(bytes).toString('base64')}'), (c) => c.charCodeAt(0));
      const data = new DataTransfer();
      data.items.add(new File([bytes], 'image.png', { type: 'image/png' }));
      document.dispatchEvent('${way}' === 'drop'
        ? new DragEvent('drop', { dataTransfer: data })
        : new ClipboardEvent('paste', { clipboardData: data }));
    }`);
  }

  /** What it shows once it has answered, the likeliest first. */
  async answer(): Promise<ShownRow[]> {
    await this.page.waitForSelector('body[data-state=done]', { timeout: 20_000 });
    return this.page.evaluate(`[...document.querySelectorAll('#answer li')].map(({ dataset }) =>
      ({ label: dataset.label, value: Number(dataset.value) }))`);
  }

  /** The pixels that it gives to its model: RGB, [height, width, 3]. */
  async pixels(): Promise<number[]> {
    await this.answer();
    return this.page.evaluate(`(() => {
      const canvas = document.getElementById('seen');
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      return [...data].filter((_, place) => place % 4 < 3);
    })()`);
  }

  /** What its rules have kept it from; null where that is nothing. */
  violation(): Promise<string | null> {
    return this.page.evaluate('document.documentElement.dataset.violation ?? null');
  }

  /** From here on it is not the network that is missing. */
  goOnline(): Promise<void> {
    return this.#context.setOffline(false);
  }

  close(): Promise<void> {
    return this.#context.close();
  }

  async #load(): Promise<void> {
    await this.page.route('**/*', (route) => {
      const url = route.request().url();
      this.requested.push(url);
      return url === this.address ? route.continue() : route.abort();
    });
    await this.page.addInitScript(`document.addEventListener('securitypolicyviolation', (event) => {
      document.documentElement.dataset.violation = event.violatedDirective;
    })`);
    await this.page.goto(this.address);
    await this.page.waitForSelector('body[data-state=ready]', { timeout: 20_000 });
  }
}
