/**
 * ONNX files of checkpoints, made at the first download and then kept in the object store. Compiling a large model takes
 * seconds, so it runs in a thread of its own, one model at a time.
 */
import { Worker } from 'node:worker_threads';
import type { TrainedModel } from '@trainyard/db';
import type { ObjectStore } from '@trainyard/storage';
import type { CompileRequest } from './compile-request.js';
import { type StoredFile, verifyStored } from './verify-stored.js';

const THREAD = new URL('./compile-thread.js', import.meta.url);

export class OnnxExporter {
  readonly #store: ObjectStore;
  readonly #running = new Map<string, Promise<StoredFile>>();
  #last: Promise<unknown> = Promise.resolve();

  constructor(store: ObjectStore) {
    this.#store = store;
  }

  /** The ONNX file of a checkpoint. Throws `checkpoint_corrupt` where the checkpoint's own file is damaged. */
  async export(model: TrainedModel): Promise<StoredFile> {
    const key = exportKey(model);
    const found = await this.#store.stat(key);
    if (found !== null) return { key, bytes: found.bytes };
    return this.#running.get(key) ?? this.#enqueue(key, model);
  }

  #enqueue(key: string, model: TrainedModel): Promise<StoredFile> {
    const turn = this.#last.then(() => this.#compile(key, model));
    this.#running.set(key, turn);
    this.#last = turn.then(
      () => undefined,
      () => undefined,
    );
    return turn.finally(() => this.#running.delete(key));
  }

  async #compile(key: string, model: TrainedModel): Promise<StoredFile> {
    await verifyStored(this.#store, { key: model.storageKey, digest: model.digest });
    const { spec, training, dataset } = model;
    const { classes, image, fit, stats } = dataset;
    const onnx = await inThread({
      checkpoint: await this.#store.readBytes(model.storageKey),
      spec,
      normalization: training.normalization,
      dataset: { classes, image, fit, stats },
    });
    const { bytes } = await this.#store.write(key, onnx);
    return { key, bytes };
  }
}

/** A repeated attempt may write a checkpoint again with other bytes, so the digest is part of the name. */
function exportKey({ checkpointId, digest }: TrainedModel): string {
  return `exports/${checkpointId}/${digest.replace('sha256:', '').slice(0, 16)}.onnx`;
}

function inThread(request: CompileRequest): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const thread = new Worker(THREAD, { workerData: request });
    thread.once('message', (onnx: Uint8Array) => resolve(onnx));
    thread.once('error', reject);
    thread.once('exit', () => reject(new Error('the compiling thread ended without an answer')));
  });
}
