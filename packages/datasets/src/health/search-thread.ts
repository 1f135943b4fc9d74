/** The thread that searches for near duplicates. */
import { parentPort, workerData } from 'node:worker_threads';
import { type NearSearch, searchNear } from './search-near.js';

const search: NearSearch = workerData;
parentPort?.postMessage(await searchNear(search));
