/** Has near duplicates searched for in a thread of its own, so that the data set is described and drawn meanwhile. */
import { Worker } from 'node:worker_threads';
import type { NearPair } from './near-pairs.js';
import { type NearSearch, searchNear } from './search-near.js';

/** Threads run what was built, also where a test runs the source. */
const THREAD = new URL('../../dist/health/search-thread.js', import.meta.url);

/** Fewer are searched about as quickly as a thread starts. */
const APART_MIN = 1000;
/** The thread has a copy of the features. Of more images than this, what else is done meanwhile would be too much with it. */
const BESIDE_MAX = 100_000;

/** Whether so many images are searched while other work is done, in a thread or not. */
export function isSearchedBeside(count: number): boolean {
  return count <= BESIDE_MAX;
}

/** The same as `searchNear`. */
export function searchNearApart(search: NearSearch, thread = THREAD): Promise<NearPair[]> {
  const { length } = search.unique;
  return length >= APART_MIN && isSearchedBeside(length) ? inThread(search, thread) : searchNear(search);
}

function inThread(search: NearSearch, script: URL): Promise<NearPair[]> {
  return new Promise((resolve, reject) => {
    const thread = new Worker(script, { workerData: search });
    thread.once('message', (pairs: NearPair[]) => resolve(pairs));
    thread.once('error', reject);
    thread.once('exit', () => reject(new Error('the searching thread ended without an answer')));
  });
}
