/** What the host does for a run before it begins, as it is told to a thread. */
import { fillRandom, type MixedRows, type RandomInput } from '@trainyard/engine/host';
import type { ImageChanges, ImageChangesOptions, RunImages } from './image-changes.js';

/** What a thread is started with. */
export interface PreparingThreadData {
  /** Null where images are trained on as they are. */
  changes: ImageChangesOptions | null;
}

export interface HostWork {
  seed: number;
  /** Counted from 1 over the whole training. */
  firstStep: number;
  /** Null where they are not changed. */
  images: RunImages | null;
  /** Each with the memory that it is drawn to. */
  random: readonly { input: RandomInput; memory: Uint8Array | Float32Array }[];
}

export type HostAnswer = { mixed: MixedRows | null } | { failure: string };

/** Writes to the memory that the work names. Answers what was mixed, null where nothing was. */
export function doHostWork({ seed, firstStep, images, random }: HostWork, changes: ImageChanges | null) {
  for (const { input, memory } of random) fillRandom(input, seed, firstStep, memory);
  return images === null || changes === null ? null : changes.apply(images);
}
