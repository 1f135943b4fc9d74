/**
 * onnxruntime sessions. The native library is loaded by the first session, so importing this package costs nothing;
 * `run` blocks the event loop for as long as it computes, so sessions belong in child processes.
 */
import { createRequire } from 'node:module';
import { type Device, TrainyardError } from '@trainyard/contracts';
import type { InferenceSession, Tensor } from 'onnxruntime-node';

interface TensorTypes {
  float32: Float32Array;
  uint8: Uint8Array;
  int32: Int32Array;
}

export type TensorType = keyof TensorTypes;

/** A dense tensor in row-major order: plain data, so that it can cross a process border. */
export interface TensorOf<T extends TensorType> {
  readonly dtype: T;
  readonly shape: readonly number[];
  readonly data: TensorTypes[T];
}

export type TensorValue = TensorOf<'float32'> | TensorOf<'uint8'> | TensorOf<'int32'>;
export type Feeds = Readonly<Record<string, TensorValue>>;

export interface SessionOptions {
  /** `cuda` throws when its provider cannot be loaded; it never falls back. */
  device: Device;
  /** Threads of one operator. */
  threads: number;
  /** onnxruntime's own graph optimizations; `all` by default. */
  optimization?: 'disabled' | 'basic' | 'extended' | 'layout' | 'all';
  /**
   * Whether threads go on spinning after a run, for the next one to find them awake; true by default. Where runs come with
   * pauses, and others need the processor in these, it takes more than it gives.
   */
  spinsBetweenRuns?: boolean;
  /** Whether onnxruntime writes to standard error, among much else, which provider gets each node; false by default. */
  tellsPlacement?: boolean;
}

export interface Session {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  /** Runs the graph once. Without `outputs` every output is fetched. Throws `out_of_memory`. */
  run(feeds: Feeds, outputs?: readonly string[]): Promise<Record<string, TensorValue>>;
  release(): Promise<void>;
}

/** A float32 tensor; `data` is not copied. */
export function float32Tensor(data: Float32Array, shape: readonly number[]): TensorOf<'float32'> {
  return { dtype: 'float32', data: checked(data, shape), shape };
}

/** A uint8 tensor; `data` is not copied. */
export function uint8Tensor(data: Uint8Array, shape: readonly number[]): TensorOf<'uint8'> {
  return { dtype: 'uint8', data: checked(data, shape), shape };
}

/** An int32 tensor; `data` is not copied. */
export function int32Tensor(data: Int32Array, shape: readonly number[]): TensorOf<'int32'> {
  return { dtype: 'int32', data: checked(data, shape), shape };
}

/** onnxruntime's levels of its log. */
const VERBOSE = 0;
const ERROR = 3;

/** Builds a session of an ONNX model. Throws `out_of_memory`; a graph that onnxruntime refuses throws its error. */
export async function createSession(onnx: Uint8Array, options: SessionOptions): Promise<Session> {
  const ort = await loadRuntime();
  const session = await mapErrors(() =>
    ort.InferenceSession.create(onnx, {
      executionProviders: providersOf(options.device),
      executionMode: 'sequential',
      intraOpNumThreads: options.threads,
      interOpNumThreads: 1,
      graphOptimizationLevel: options.optimization ?? 'all',
      // With it, the second run gets a block of its own while the arena keeps what the first one used.
      enableMemPattern: false,
      logSeverityLevel: options.tellsPlacement ? VERBOSE : ERROR,
      ...(options.spinsBetweenRuns === false ? { extra: { session: { force_spinning_stop: '1' } } } : {}),
    }),
  );
  return wrap(session, ort.Tensor);
}

/**
 * onnxruntime-node hands the CUDA provider nothing but the number of the GPU, so its defaults hold: products of float32 in
 * TF32, which the variable NVIDIA_TF32_OVERRIDE=0 turns off in NVIDIA's libraries themselves; every algorithm for a
 * convolution tried at its first run; memory taken in powers of two and kept. The CPU behind it is for nodes without a
 * kernel, of which the compiler writes none.
 */
function providersOf(device: Device): InferenceSession.ExecutionProviderConfig[] {
  return device === 'cuda' ? [{ name: 'cuda', deviceId: 0 }, 'cpu'] : ['cpu'];
}

/** The version of onnxruntime that sessions run on, for example `1.29.0`. */
export function runtimeVersion(): string {
  const manifest: unknown = createRequire(import.meta.url)('onnxruntime-node/package.json');
  if (typeof manifest === 'object' && manifest !== null && 'version' in manifest) return String(manifest.version);
  throw new TrainyardError('internal', 'The version of onnxruntime cannot be read.');
}

/** onnxruntime reads the variable when it is loaded; whoever wants its usage reports sets it to 0. */
async function loadRuntime() {
  process.env.ORT_DISABLE_TELEMETRY ??= '1';
  const ort = await import('onnxruntime-node');
  ort.env.logLevel = 'error';
  return ort;
}

function wrap(session: InferenceSession, OrtTensor: typeof Tensor): Session {
  const toOrt = (value: TensorValue): Tensor => {
    if (value.dtype === 'float32') return new OrtTensor('float32', value.data, value.shape);
    if (value.dtype === 'uint8') return new OrtTensor('uint8', value.data, value.shape);
    return new OrtTensor('int32', value.data, value.shape);
  };
  return {
    inputNames: session.inputNames,
    outputNames: session.outputNames,
    async run(feeds, outputs = session.outputNames) {
      const inputs = Object.fromEntries(Object.entries(feeds).map(([name, value]) => [name, toOrt(value)]));
      const results = await mapErrors(() => session.run(inputs, outputs));
      return Object.fromEntries(outputs.map((name) => [name, fromOrt(name, results[name])]));
    },
    release: () => session.release(),
  };
}

function fromOrt(name: string, value: Tensor | undefined): TensorValue {
  const shape = value?.dims ?? [];
  const data = value?.data;
  if (data instanceof Float32Array) return { dtype: 'float32', data, shape };
  if (data instanceof Uint8Array && value?.type === 'uint8') return { dtype: 'uint8', data, shape };
  if (data instanceof Int32Array) return { dtype: 'int32', data, shape };
  throw new TypeError(`Output ${name}: expected float32, uint8 or int32. Received: ${value?.type}`);
}

function checked<T extends { length: number }>(data: T, shape: readonly number[]): T {
  const expected = shape.reduce((product, side) => product * side, 1);
  if (data.length === expected) return data;
  throw new RangeError(`A tensor of shape [${shape}] has ${expected} elements. Received: ${data.length}`);
}

async function mapErrors<T>(action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    if (!isOutOfMemory(error)) throw error;
    const detail = 'There is not enough memory for this. Use a smaller batch, image or model.';
    throw new TrainyardError('out_of_memory', detail, { cause: error });
  }
}

const OUT_OF_MEMORY =
  /out of memory|failed to allocate memory|bad[ _]alloc|array buffer allocation failed|_STATUS_ALLOC_FAILED|cudaErrorMemoryAllocation|available memory of/i;

/** Whether onnxruntime, CUDA or the JavaScript heap ran out of memory; they say so only in their message. */
export function isOutOfMemory(error: unknown): boolean {
  return error instanceof Error && OUT_OF_MEMORY.test(error.message);
}
