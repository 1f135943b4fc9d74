// `--memory`: many requests of all kinds, and whether the memory of the server's processes grows with them.
import { setTimeout as sleep } from 'node:timers/promises';
import { KEY } from '../servers.mjs';
import { median } from '../statistics.mjs';
import { residentBytes, withChildren } from './processes.mjs';
import { jpegRequests, jsonRequests, tensorRequests, toWire } from './requests.mjs';

const EVERY_MS = 250;
/** Parts of the run by which the beginning, once all is warm, is compared with the end. */
const PARTS = 5;
/** How much larger the last part may be than the second; the heap of Node.js goes up and down by nearly that much. */
const GROWTH_MAX = 1.1;

/**
 * @param {{ model: import('./models.mjs').ServedModel, serving: import('./serving.mjs').Serving, generator: import('./child.mjs').Child }} setting
 * @param {{ requests: number, connections: number }} amount
 */
export async function measureMemory({ model, serving, generator }, { requests, connections }) {
  const { pid, port } = serving.inference;
  const mixed = [
    ...tensorRequests(model, 1, KEY),
    ...tensorRequests(model, 32, KEY),
    ...jpegRequests(model, KEY),
    ...jsonRequests(model, KEY),
  ];
  await generator.ask({ type: 'target', name: 'mixed', port, requests: mixed.map(toWire) });
  let isDone = false;
  const counting = generator.ask({ type: 'counted', name: 'mixed', connections, requests }).finally(() => {
    isDone = true;
  });
  const samples = [];
  while (!isDone) {
    const [server, ...models] = withChildren([pid]);
    samples.push({ server: residentBytes([server]), models: residentBytes(models) });
    await Promise.race([sleep(EVERY_MS), counting]);
  }
  const { failed, seconds } = await counting;
  return { requests, failed, seconds, server: growthOf(samples, 'server'), models: growthOf(samples, 'models') };
}

/** @param {{ server: number, models: number }[]} samples @param {'server' | 'models'} whose */
function growthOf(samples, whose) {
  const bytes = samples.map((sample) => sample[whose]);
  const part = (/** @type {number} */ index) => {
    return median(bytes.slice((index * bytes.length) / PARTS, ((index + 1) * bytes.length) / PARTS));
  };
  const parts = Array.from({ length: PARTS }, (_, index) => Math.round(part(index)));
  const growth = parts[PARTS - 1] / parts[1];
  return { median_bytes_by_fifth: parts, growth, limit: GROWTH_MAX, reached: growth <= GROWTH_MAX };
}
