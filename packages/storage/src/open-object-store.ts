/** Chooses the store that the options describe. */
import { LocalStore } from './local-store.js';
import type { ObjectStore } from './object-store.js';

export interface ObjectStoreOptions {
  /** A local folder; made when it does not exist. */
  root: string;
}

export function openObjectStore(options: ObjectStoreOptions): ObjectStore {
  return new LocalStore(options.root);
}
