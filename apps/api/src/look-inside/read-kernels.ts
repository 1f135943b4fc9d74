/** The filters of a job's first convolution, as its trainer has kept them. */
import { kernelPrefix, TrainyardError } from '@trainyard/contracts';
import { readSafetensors } from '@trainyard/engine';
import type { ObjectStore } from '@trainyard/storage';
import type { KernelsOrder } from '../pictures/picture-orders.js';
import { thin } from './histogram-chart.js';

/** Rows of one picture. */
const EPOCHS_MAX = 12;

/** Throws `conflict` where there are none yet, or the model has no convolution. */
export async function readKernels(store: ObjectStore, jobId: string): Promise<KernelsOrder> {
  const keys: string[] = [];
  for await (const key of store.list(kernelPrefix(jobId))) keys.push(key);
  const files = await Promise.all(
    thin(keys, EPOCHS_MAX).map(async (key) => readSafetensors(await store.readBytes(key))),
  );
  const kernels = files.flatMap(({ tensors, metadata }) =>
    [...tensors].map(([name, { shape, data }]) => ({ name, shape, data, metadata })),
  );
  const [first] = kernels;
  if (!first) throw nothingKept(jobId);
  const [filters, channels, rows, columns] = first.shape;
  return {
    kind: 'kernels',
    title: `${first.name}: the filters of the first convolution`,
    epochs: kernels.map(({ metadata }) => Number(metadata.epoch)),
    shape: [filters, channels, rows, columns],
    kernels: kernels.map(({ data }) => data),
    filters: Number(first.metadata.filters),
  };
}

function nothingKept(jobId: string): TrainyardError {
  const detail =
    `The job ${jobId} has kept no filters: it has not begun to train, its model has no convolution, or an earlier ` +
    'version of Trainyard has trained it.';
  return new TrainyardError('conflict', detail);
}
