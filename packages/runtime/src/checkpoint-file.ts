/**
 * Checkpoint files: safetensors with the weights, the optimizer's slots and, as metadata, where the training stood. They
 * carry no id, time or attempt, so equal trainings give equal bytes; the digest covers the whole file.
 */
import { createHash } from 'node:crypto';
import {
  type EarlyStoppingState,
  type EpochState,
  type PlateauState,
  parseEarlyStoppingState,
  parseEpochState,
  parsePlateauState,
  TrainyardError,
} from '@trainyard/contracts';
import { readSafetensors, SafetensorsError, writeSafetensorsInto } from '@trainyard/engine';
import type { ObjectStore } from '@trainyard/storage';
import { CheckpointMemory } from './checkpoint-memory.js';

const FORMAT = 'trainyard-checkpoint';
const VERSION = '1';

/** Where a training stands: with the tensors, all that decides what follows. */
export interface TrainingPosition {
  /** Epochs done. */
  epoch: number;
  /** Steps done. */
  step: number;
  seed: number;
  /** The epoch that comes after those done, where some of its steps are done too. */
  inEpoch?: EpochState;
  /** The checkpoint with the best figure so far; null before the first epoch is done. */
  best: BestCheckpoint | null;
  /** Of a schedule that follows the figures; null for others. */
  learningRate: PlateauState | null;
  /** Where the training may stop early. */
  earlyStopping?: EarlyStoppingState;
}

export interface BestCheckpoint {
  epoch: number;
  step: number;
  /**
   * On the validation split, or on the train split where there is no other; where the training may stop early, the figure
   * that this monitors in the loss's place.
   */
  loss: number;
}

export type CheckpointTensors = ReadonlyMap<string, { shape: readonly number[]; data: Float32Array }>;

export interface StoredCheckpoint {
  key: string;
  bytes: number;
  /** `sha256:` and the hash of the file. */
  digest: string;
}

/** The key of a checkpoint. Two attempts at a job never write the same file, nor does one before and after a rollback. */
export function checkpointKey(jobId: string, step: number, attempt: number, rolledBack = false): string {
  return `checkpoints/${jobId}/${String(step).padStart(9, '0')}-${attempt}${rolledBack ? '-r' : ''}.safetensors`;
}

/**
 * The tensors are copied before the first promise: they may change while the copy is written.
 *
 * @param memory where the file is put together; no other is written out of it meanwhile
 */
export async function writeCheckpoint(
  store: ObjectStore,
  key: string,
  tensors: CheckpointTensors,
  position: TrainingPosition,
  memory = new CheckpointMemory(),
): Promise<StoredCheckpoint> {
  const file = writeSafetensorsInto((bytes) => memory.take(bytes), tensors, toMetadata(position));
  const { bytes, sha256 } = await store.write(key, file);
  return { key, bytes, digest: `sha256:${sha256}` };
}

/** Reads a checkpoint. Throws `checkpoint_corrupt` where it is not there, not what was written, or no checkpoint. */
export async function readCheckpoint(
  store: ObjectStore,
  stored: { key: string; digest: string },
): Promise<{ tensors: CheckpointTensors; position: TrainingPosition }> {
  const file = await readStored(store, stored.key);
  if (`sha256:${createHash('sha256').update(file).digest('hex')}` !== stored.digest) {
    throw corrupt('its bytes do not match its digest');
  }
  const { tensors, metadata } = parse(file);
  return { tensors, position: fromMetadata(metadata) };
}

function parse(file: Uint8Array) {
  try {
    return readSafetensors(file);
  } catch (error) {
    if (error instanceof SafetensorsError) throw corrupt(error.message);
    throw error;
  }
}

async function readStored(store: ObjectStore, key: string): Promise<Uint8Array> {
  try {
    return await store.readBytes(key);
  } catch (error) {
    if (error instanceof TrainyardError && error.code === 'not_found') throw corrupt('its file is gone');
    throw error;
  }
}

function toMetadata({
  epoch,
  step,
  seed,
  inEpoch,
  best,
  learningRate,
  earlyStopping,
}: TrainingPosition): Record<string, string> {
  return {
    format: FORMAT,
    version: VERSION,
    epoch: String(epoch),
    step: String(step),
    seed: String(seed),
    ...(inEpoch ? { in_epoch: JSON.stringify(inEpoch) } : {}),
    ...(best ? { best_epoch: String(best.epoch), best_step: String(best.step), best_loss: String(best.loss) } : {}),
    ...(learningRate ? { learning_rate: JSON.stringify(learningRate) } : {}),
    ...(earlyStopping ? { early_stopping: JSON.stringify(earlyStopping) } : {}),
  };
}

function fromMetadata(metadata: Readonly<Record<string, string>>): TrainingPosition {
  if (metadata.format !== FORMAT || metadata.version !== VERSION) throw corrupt('its format is unknown');
  const number = (name: string): number => {
    const value = Number(metadata[name] ?? 'missing');
    if (Number.isFinite(value)) return value;
    throw corrupt(`its ${name} is no number`);
  };
  return {
    epoch: number('epoch'),
    step: number('step'),
    seed: number('seed'),
    ...(metadata.in_epoch === undefined ? {} : { inEpoch: parseEpochState(JSON.parse(metadata.in_epoch)) }),
    best:
      metadata.best_step === undefined
        ? null
        : { epoch: number('best_epoch'), step: number('best_step'), loss: number('best_loss') },
    learningRate: metadata.learning_rate === undefined ? null : parsePlateauState(JSON.parse(metadata.learning_rate)),
    ...(metadata.early_stopping === undefined
      ? {}
      : { earlyStopping: parseEarlyStoppingState(JSON.parse(metadata.early_stopping)) }),
  };
}

function corrupt(why: string): TrainyardError {
  return new TrainyardError('checkpoint_corrupt', `A checkpoint of this job cannot be used: ${why}. Train it again.`);
}
