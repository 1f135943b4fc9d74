/** From a stored checkpoint to the ONNX file that it is exported as: images in, predictions out. */
import { compileTrainedPredictor, type TrainedModel, type TrainedPredictor } from '@trainyard/engine';
import type { ObjectStore } from '@trainyard/storage';
import { readCheckpoint } from '../checkpoint-file.js';

/** A checkpoint's file, and what its network was trained with. */
export interface TrainedCheckpoint extends TrainedModel {
  storageKey: string;
  /** `sha256:` and the hash of the file. */
  digest: string;
}

/** Throws `checkpoint_corrupt` where the file is gone or does not match its digest. */
export async function compileCheckpoint(store: ObjectStore, trained: TrainedCheckpoint): Promise<TrainedPredictor> {
  const { tensors } = await readCheckpoint(store, { key: trained.storageKey, digest: trained.digest });
  return compileTrainedPredictor(trained, tensors);
}
