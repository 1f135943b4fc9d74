/** A model that is ready to answer: its session, and the way from the bytes of a request to predictions. */
import { type ModelTask, type PredictInput, type PredictionTask, TrainyardError } from '@trainyard/contracts';
import { compileCheckpoint, Predictor } from '@trainyard/runtime';
import { openObjectStore } from '@trainyard/storage';
import { decodeInstances } from './decode-instances.js';
import { instancesOf } from './instances.js';

/** Memory for the pixels of one request, at the size that the model takes. */
const PIXEL_BYTES_MAX = 256 * 1024 * 1024;

export interface Prediction {
  task: PredictionTask;
  /** A row for each instance, in the order of the classes, labels or targets. */
  outputs: Float32Array;
  decode_ms: number;
  compute_ms: number;
}

export class LoadedModel {
  readonly #predictor: Predictor;

  private constructor(predictor: Predictor) {
    this.#predictor = predictor;
  }

  /** Compiles a checkpoint and lets it answer once. Throws `checkpoint_corrupt`, `training_diverged`, `out_of_memory`. */
  static async load(task: ModelTask): Promise<LoadedModel> {
    const store = openObjectStore({ root: task.objects_dir });
    const compiled = await compileCheckpoint(store, {
      storageKey: task.storage_key,
      digest: task.digest,
      spec: task.spec,
      normalization: task.normalization,
      dataset: task.dataset,
    });
    const predictor = await Predictor.open(compiled, { device: 'cpu', threads: task.threads });
    await warmUp(predictor);
    return new LoadedModel(predictor);
  }

  /** Throws `invalid_image` with a pointer to each instance that cannot be read, and what `instancesOf` throws. */
  async predict(input: PredictInput): Promise<Prediction> {
    const startedAt = performance.now();
    const instances = instancesOf(input);
    refuseTooMany(instances.length, this.#predictor.imageBytes);
    const pixels = await decodeInstances(instances, this.#predictor.image);
    const decodedAt = performance.now();
    const outputs = await this.#predictor.predict(pixels, instances.length);
    const { task } = this.#predictor;
    return { task, outputs, decode_ms: decodedAt - startedAt, compute_ms: performance.now() - decodedAt };
  }
}

async function warmUp(predictor: Predictor): Promise<void> {
  const outputs = await predictor.predict(new Uint8Array(predictor.imageBytes), 1);
  if (outputs.every(Number.isFinite)) return;
  const detail = 'The weights of this checkpoint give no numbers: its training diverged. Choose an earlier checkpoint.';
  throw new TrainyardError('training_diverged', detail);
}

function refuseTooMany(count: number, imageBytes: number): void {
  const most = Math.max(1, Math.floor(PIXEL_BYTES_MAX / imageBytes));
  if (count <= most) return;
  throw new TrainyardError('payload_too_large', `Send at most ${most} images of this model's size in one request.`);
}
