// A real browser without a window: Debian's Chromium, or the one that TRAINYARD_CHROMIUM names.
import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';
import { atEnd } from '../setup/index.js';

const PLACES = [process.env.TRAINYARD_CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser'];

/** Its program; null where there is none, and then there is nothing to test with. */
export function findChromium(): string | null {
  return PLACES.find((place) => place !== undefined && existsSync(place)) ?? null;
}

/** It is closed when the test file ends. */
export async function launchChromium(): Promise<Browser> {
  const executablePath = findChromium();
  if (executablePath === null) throw new Error('There is no Chromium here. Name one in TRAINYARD_CHROMIUM.');
  const browser = await chromium.launch({ executablePath });
  atEnd(() => browser.close());
  return browser;
}
