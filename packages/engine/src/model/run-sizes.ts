/** How much goes into one run of a compiled graph: the runtime plans by it, and the memory estimate counts by it. */
import type { Device } from '@trainyard/contracts';
import { featureCount } from '../layers/layer.js';
import type { Model } from './model.js';

/** A run must stay short: a job can only be stopped between two of them. */
const RUN_SECONDS_MAX = 0.25;
/** A few steps may take longer together. */
const FEW_STEPS = 4;
const FEW_STEPS_SECONDS_MAX = 0.5;
/**
 * onnxruntime-node copies the whole state out of each run (113 MB in some 45 ms). A run may be longer where that would take
 * more of it than this.
 */
const COPY_SHARE_MAX = 0.04;
const COPY_BYTES_PER_SECOND = 2.5e9;
const COPYING_RUN_SECONDS_MAX = 1;
const FLOAT_BYTES = 4;
const RUN_INPUT_BYTES_MAX = 64 * 1024 * 1024;

/** Rough speeds, in FLOP/s; they only choose how many steps go into one run. */
const CPU_FLOPS_PER_THREAD = 2e10;
const BLOCKED_FLOPS_PER_THREAD = 1.2e11;
const CUDA_FLOPS = 2e12;

const STEPS_PER_RUN_MAX: Readonly<Record<Device, number>> = { cpu: 16, cuda: 64 };

/** Evaluation may use larger batches than training, since it keeps no gradients. */
const EVALUATION_BATCH_MIN = 64;

/**
 * Steps in one run: a function of the figures alone and never of a measurement. On the CPU a power of two. On CUDA every run
 * brings the weights to the device and back, those of single steps at an epoch's end too, so it is the number that covers an
 * epoch in the fewest runs.
 */
export function stepsPerRun(options: {
  readonly device: Device;
  readonly threads: number;
  /** Floating-point operations of one step. */
  readonly stepFlops: number;
  /** What the inputs of one step take. */
  readonly inputBytes: number;
  /** What a run carries over: weights, slots, averages. */
  readonly stateBytes: number;
  /** Whether they are computed in the CPU's blocked layout. */
  readonly isBlocked?: boolean;
  /** No limit where left out. */
  readonly stepsPerEpoch?: number;
}): number {
  const {
    device,
    threads,
    stepFlops,
    inputBytes,
    stateBytes,
    isBlocked = false,
    stepsPerEpoch = Number.POSITIVE_INFINITY,
  } = options;
  const perThread = isBlocked ? BLOCKED_FLOPS_PER_THREAD : CPU_FLOPS_PER_THREAD;
  const speed = device === 'cuda' ? CUDA_FLOPS : perThread * threads;
  const stepSeconds = Math.max(stepFlops / speed, 1e-9);
  const copyingSteps = stateBytes / COPY_BYTES_PER_SECOND / (COPY_SHARE_MAX * stepSeconds);
  const wanted = Math.max(
    RUN_SECONDS_MAX / stepSeconds,
    Math.min(FEW_STEPS, FEW_STEPS_SECONDS_MAX / stepSeconds),
    Math.min(copyingSteps, COPYING_RUN_SECONDS_MAX / stepSeconds),
  );
  const most = Math.min(STEPS_PER_RUN_MAX[device], stepsPerEpoch, wanted, RUN_INPUT_BYTES_MAX / inputBytes);
  if (device === 'cuda' && Number.isFinite(stepsPerEpoch)) return fewestRuns(stepsPerEpoch, Math.floor(most));
  return 2 ** Math.max(0, Math.floor(Math.log2(most)));
}

/** The size of a run, at most `most`, with which `steps` take the fewest runs, each step left over being one of its own. */
function fewestRuns(steps: number, most: number): number {
  const runs = (size: number) => Math.floor(steps / size) + (steps % size);
  let best = 1;
  for (let size = 2; size <= most; size++) if (runs(size) < runs(best)) best = size;
  return best;
}

/** What one image takes as a model gets it, or the features in its place. */
export function imageBytes({ image, features }: Pick<Model, 'image' | 'features'>): number {
  return features ? FLOAT_BYTES * featureCount(features) : image.width * image.height * image.channels;
}

/** Images that are evaluated at once. */
export function evaluationBatch(trainingBatch: number): number {
  return Math.max(EVALUATION_BATCH_MIN, trainingBatch);
}
