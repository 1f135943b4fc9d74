/**
 * Keeps the kernel of the first convolution at the ends of epochs, as small files of their own, so that a picture can show
 * how its filters came about long after the checkpoints of these epochs are gone.
 */
import { isKernelEpoch, KERNEL_FILTERS_MAX, kernelKey } from '@trainyard/contracts';
import { type Model, type ModelParameter, parameterName, writeSafetensorsInto } from '@trainyard/engine';
import type { ObjectStore } from '@trainyard/storage';

type Tensors = ReadonlyMap<string, Float32Array | { readonly data: Float32Array }>;

const KERNEL_AXES = 4;

export class KernelSnapshots {
  readonly #store: ObjectStore;
  readonly #jobId: string;
  readonly #epochs: number;
  readonly #kernel: ModelParameter | undefined;

  constructor(store: ObjectStore, options: { jobId: string; epochs: number; model: Model }) {
    this.#store = store;
    this.#jobId = options.jobId;
    this.#epochs = options.epochs;
    this.#kernel = firstKernel(options.model);
  }

  /**
   * What is written depends on the epoch and the weights alone: an epoch that is trained again after an interruption
   * leaves the same file.
   */
  async keep(epoch: number, tensors: Tensors): Promise<void> {
    if (!this.#kernel || !isKernelEpoch(epoch, this.#epochs)) return;
    const name = parameterName(this.#kernel);
    const found = tensors.get(name);
    if (!found) return;
    const { shape } = this.#kernel;
    const filters = Math.min(shape[0], KERNEL_FILTERS_MAX);
    const all = found instanceof Float32Array ? found : found.data;
    const data = all.subarray(0, (all.length / shape[0]) * filters);
    const kept = new Map([[name, { shape: [filters, ...shape.slice(1)], data }]]);
    // In shared memory it is written beside the training; before the first step no thread is to be waited for.
    const allocate = (bytes: number) =>
      new Uint8Array(epoch === 0 ? new ArrayBuffer(bytes) : new SharedArrayBuffer(bytes));
    const file = writeSafetensorsInto(allocate, kept, { epoch: String(epoch), filters: String(shape[0]) });
    await this.#store.write(kernelKey(this.#jobId, epoch), file);
  }
}

/** [filters, channels, rows, columns]; undefined for a model without a convolution. */
function firstKernel({ layers, parameters }: Model): ModelParameter | undefined {
  const types = new Map(layers.map(({ spec }) => [spec.name, spec.type]));
  return parameters.find(({ layer, shape }) => {
    const type = types.get(layer) ?? '';
    return shape.length === KERNEL_AXES && (type.includes('conv2d') || type === 'onnx_backbone');
  });
}
