// The flowers of the shared test data as a data set, and an ONNX file as a backbone of a specification.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { backboneKey, newId, resolveTraining } from '@trainyard/contracts';
import { ingestDataset } from '@trainyard/datasets';
import { cutAt, defaultCut, importBackbone, parseModelSpec, readOnnxModel } from '@trainyard/engine';
import { train } from '@trainyard/runtime';
import { openObjectStore } from '@trainyard/storage';

/** @param {string} archive @param {string} onnx paths of files @param {number} side of the images, in pixels */
export async function openFlowers(archive, onnx, side) {
  const root = await mkdtemp(join(tmpdir(), 'trainyard-backbones-'));
  const store = openObjectStore({ root });
  await store.write('uploads/x/source', readFileSync(archive));
  const options = { image: { width: side, height: side, channels: /** @type {const} */ (3) } };
  const request = { datasetId: 'ds_1', sourceKey: 'uploads/x/source', format: /** @type {const} */ ('auto'), options };
  const { digest, task, classes, targets, image, stats, counts } = await ingestDataset(store, request);
  const file = readFileSync(onnx);
  const id = newId('backbone');
  await store.write(backboneKey(id), file);
  const imported = importBackbone(readOnnxModel(file));
  const cut = defaultCut(imported);
  if (!cut) throw new Error('the backbone has no default cut');
  const hash = createHash('sha256').update(file).digest('hex');
  const graph = cutAt(imported, cut.node, `sha256:${hash}`);
  return {
    store,
    root,
    counts,
    dataset: { id: 'ds_1', digest, task, classes, targets, image, fit: /** @type {const} */ ('cover'), stats },
    layer: { type: 'onnx_backbone', name: 'backbone', backbone_id: id, output: cut.name, graph },
    close: () => rm(root, { recursive: true }),
  };
}

/**
 * Trains once and tells what was seen: figures of each epoch, seconds in all.
 *
 * @param {Awaited<ReturnType<typeof openFlowers>>} flowers
 * @param {{ id: string, layers: object[], training: import('@trainyard/contracts').TrainingOptions, threads: number,
 *   transfer?: import('@trainyard/contracts').TransferTask }} job
 */
export async function trainFlowers({ store, dataset }, { id, layers, training, threads, transfer }) {
  const startedAt = performance.now();
  /** @type {{ epoch: number, train: number | undefined, validation: number | undefined, seconds: number }[]} */
  const epochs = [];
  /** @type {string[]} */
  const log = [];
  await train(
    {
      job_id: id,
      attempt: 1,
      spec: parseModelSpec({ layers }),
      training: resolveTraining(training),
      dataset,
      device: 'cpu',
      threads,
      plan: null,
      checkpoints: [],
      rollback: null,
      ...(transfer ? { transfer } : {}),
    },
    {
      store,
      signal: new AbortController().signal,
      async report(told) {
        if (told.type === 'log') log.push(told.message);
        if (told.type !== 'epoch') return;
        const { epoch, train: trained, validation } = told.row;
        const seconds = Math.round((performance.now() - startedAt) / 100) / 10;
        epochs.push({ epoch, train: trained.accuracy, validation: validation?.accuracy, seconds });
      },
    },
  );
  return { seconds: Math.round((performance.now() - startedAt) / 100) / 10, epochs, log };
}
