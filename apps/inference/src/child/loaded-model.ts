/** A model that is ready to answer: its session, and the way from the bytes of a request to predictions. */
import { type ModelDescription, type ModelTask, type PredictInput, TrainyardError } from '@trainyard/contracts';
import { compileCheckpoint, Predictor, type TrainedCheckpoint } from '@trainyard/runtime';
import { openObjectStore } from '@trainyard/storage';
import { makeBatchExact } from './batch-exactness.js';
import { decodeInstances } from './decode-instances.js';
import { instancesOf } from './instances.js';

/** Memory for the pixels of one request, at the size that the model takes. */
const PIXEL_BYTES_MAX = 256 * 1024 * 1024;

/** The pixels of one request: uint8 [count, height, width, channels]. */
export interface Images {
  pixels: Uint8Array;
  count: number;
}

export class LoadedModel {
  readonly description: ModelDescription;
  readonly #predictor: Predictor;

  private constructor(predictor: Predictor, description: ModelDescription) {
    this.#predictor = predictor;
    this.description = description;
  }

  /** Compiles a checkpoint and lets it answer once. Throws `checkpoint_corrupt`, `training_diverged`, `out_of_memory`. */
  static async load(task: ModelTask): Promise<LoadedModel> {
    const startedAt = performance.now();
    const store = openObjectStore({ root: task.objects_dir });
    const compiled = await compileCheckpoint(store, checkpointOf(task));
    const predictor = await Predictor.open(compiled, { device: 'cpu', threads: task.threads });
    await warmUp(predictor);
    const limits = await makeBatchExact(predictor);
    const { image, labels } = predictor;
    return new LoadedModel(predictor, {
      image,
      labels: [...labels],
      task: predictor.task,
      output: compiled.graph.output,
      ...limits,
      load_ms: performance.now() - startedAt,
    });
  }

  /** Throws `invalid_image` with a pointer to each instance that cannot be read, and what `instancesOf` throws. */
  async decode(input: PredictInput): Promise<Images> {
    const { image, imageBytes } = this.#predictor;
    if (input.kind === 'pixels') return pixelsOf(input, imageBytes);
    const instances = instancesOf(input);
    refuseTooMany(instances.length, imageBytes);
    return { pixels: await decodeInstances(instances, image), count: instances.length };
  }

  /** A row of probabilities or values for each image. */
  compute({ pixels, count }: Images): Promise<Float32Array> {
    return this.#predictor.predict(pixels, count);
  }
}

/** The checkpoint of a task as the runtime takes it. */
export function checkpointOf({ storage_key, digest, spec, normalization, dataset }: ModelTask): TrainedCheckpoint {
  return { storageKey: storage_key, digest, spec, normalization, dataset };
}

function pixelsOf({ parts: [pixels], count = 0 }: PredictInput, imageBytes: number): Images {
  if (count > 0 && pixels.length === count * imageBytes) return { pixels, count };
  const detail = `Expected ${count} images of ${imageBytes} bytes each; received ${pixels.length} bytes.`;
  throw new TrainyardError('invalid_image', detail);
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
