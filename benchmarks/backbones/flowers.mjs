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

/**
 * @param {string} archive @param {string} onnx paths of files @param {number} side of the images, in pixels
 * @param {string} from the value of the file that its last blocks begin at
 */
export async function openFlowers(archive, onnx, side, from) {
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
  const fileDigest = `sha256:${hash}`;
  const middle = imported.values.find(({ name }) => name === from);
  if (!middle && from !== 'image') throw new Error(`the backbone has no value "${from}"`);
  const begin = middle && { node: middle.node, channels: middle.shape[0] };
  /** @param {string} name @param {object} places */
  const layerOf = (name, places) => ({ type: 'onnx_backbone', name, backbone_id: id, ...places });
  return {
    store,
    root,
    counts,
    dataset: { id: 'ds_1', digest, task, classes, targets, image, fit: /** @type {const} */ ('cover'), stats },
    /** All of it, and in two parts. */
    layer: layerOf('backbone', { output: cut.name, graph: cutAt(imported, { node: cut.node }, fileDigest) }),
    parts: begin
      ? [
          layerOf('body', { output: from, graph: cutAt(imported, { node: begin.node }, fileDigest) }),
          layerOf('blocks', {
            output: cut.name,
            from,
            graph: cutAt(imported, { node: cut.node, from: begin }, fileDigest),
          }),
        ]
      : [],
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
  /** @type {{ epoch: number, train: number | undefined, validation: number | undefined, loss: number | undefined, seconds: number }[]} */
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
        epochs.push({
          epoch,
          train: trained.accuracy,
          validation: validation?.accuracy,
          loss: validation?.loss,
          seconds,
        });
      },
    },
  );
  return { seconds: Math.round((performance.now() - startedAt) / 100) / 10, epochs, log };
}
