/**
 * ONNX files of checkpoints, made at the first download and then kept in the object store. Compiling a large model takes
 * seconds, so it runs in a thread of its own, one model at a time.
 */
import { Worker } from 'node:worker_threads';
import { TrainyardError } from '@trainyard/contracts';
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

  /**
   * The ONNX file of a checkpoint. `reread` reads the checkpoint once more when its file has been made. Throws
   * `checkpoint_corrupt` where the checkpoint's own file is damaged, `conflict` where it was written again meanwhile.
   */
  async export(model: TrainedModel, reread: () => Promise<TrainedModel>): Promise<StoredFile> {
    const key = `exports/${model.checkpointId}.onnx`;
    const found = await this.#store.stat(key);
    if (found !== null) return { key, bytes: found.bytes };
    return this.#running.get(key) ?? this.#enqueue(key, () => this.#make(key, model, reread));
  }

  #enqueue(key: string, make: () => Promise<StoredFile>): Promise<StoredFile> {
    const turn = this.#last.then(make);
    this.#running.set(key, turn);
    this.#last = turn.then(
      () => undefined,
      () => undefined,
    );
    return turn.finally(() => this.#running.delete(key));
  }

  /** Who replaces a checkpoint removes its export after that. So one that is current when it is there stays right. */
  async #make(key: string, model: TrainedModel, reread: () => Promise<TrainedModel>): Promise<StoredFile> {
    const { bytes } = await this.#store.write(key, await this.#compile(model));
    try {
      if ((await reread()).digest === model.digest) return { key, bytes };
      throw new TrainyardError('conflict', 'The checkpoint was written again meanwhile. Download it again.');
    } catch (error) {
      await this.#store.remove(key);
      throw error;
    }
  }

  async #compile({ storageKey, digest, spec, training, dataset }: TrainedModel): Promise<Uint8Array> {
    await verifyStored(this.#store, { key: storageKey, digest });
    const { task, classes, targets, image, fit, stats } = dataset;
    return inThread({
      checkpoint: await this.#store.readBytes(storageKey),
      spec,
      normalization: training.normalization,
      dataset: { task, classes, targets, image, fit, stats },
    });
  }
}

function inThread(request: CompileRequest): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const thread = new Worker(THREAD, { workerData: request });
    thread.once('message', (onnx: Uint8Array) => resolve(onnx));
    thread.once('error', reject);
    thread.once('exit', () => reject(new Error('the compiling thread ended without an answer')));
  });
}
