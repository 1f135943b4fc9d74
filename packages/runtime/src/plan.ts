/** How a job is run. It is chosen once, at the job's first start, and stored with the job: a resume repeats it exactly. */
import type { Device, ExecutionPlan, ModelSummary } from '@trainyard/contracts';
import { runtimeVersion } from './session.js';

/** A run must stay short: a job can only be stopped between two of them. */
const RUN_SECONDS_MAX = 0.25;
const RUN_INPUT_BYTES_MAX = 64 * 1024 * 1024;

/** Rough speeds, in FLOP/s; they only choose how many steps go into one run. */
const CPU_FLOPS_PER_THREAD = 2e10;
const CUDA_FLOPS = 2e12;

const STEPS_PER_RUN_MAX: Readonly<Record<Device, number>> = { cpu: 16, cuda: 64 };

/**
 * Chooses the plan of a job from its figures alone and never from a measurement, so that the same job gets the same
 * plan each time. `summary` is that of the job's batch; `batchBytes` is what one step's inputs take.
 */
export function choosePlan(options: {
  device: Device;
  threads: number;
  summary: ModelSummary;
  batchBytes: number;
  stepsPerEpoch: number;
}): ExecutionPlan {
  const { device, threads, summary } = options;
  const speed = device === 'cuda' ? CUDA_FLOPS : CPU_FLOPS_PER_THREAD * threads;
  const stepSeconds = (summary.forward_flops + summary.backward_flops) / speed;
  const most = Math.min(
    STEPS_PER_RUN_MAX[device],
    options.stepsPerEpoch,
    RUN_SECONDS_MAX / Math.max(stepSeconds, 1e-9),
    RUN_INPUT_BYTES_MAX / options.batchBytes,
  );
  return {
    lowering: 'portable',
    device,
    threads,
    steps_per_run: 2 ** Math.max(0, Math.floor(Math.log2(most))),
    onnxruntime_version: runtimeVersion(),
  };
}
