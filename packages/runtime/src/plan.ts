/** How a job is run. It is chosen once, at the job's first start, and stored with the job: a resume repeats it exactly. */
import type { Device, ExecutionPlan } from '@trainyard/contracts';
import { type ModelFigures, stepsPerRun } from '@trainyard/engine';
import { machineTraits } from './machine.js';

const FLOAT_BYTES = 4;

/**
 * Makes the plan of a job from its figures, this machine's traits and the lowering that was chosen for it. `summary` is that of the job's batch; `batchBytes` is what one step's inputs take.
 */
export function choosePlan(options: {
  device: Device;
  threads: number;
  summary: ModelFigures;
  batchBytes: number;
  stepsPerEpoch: number;
  /** Lanes of the blocked layout, where the steps are lowered to it. */
  block?: number;
}): ExecutionPlan {
  const { device, threads, summary, stepsPerEpoch, block } = options;
  const stepFlops = summary.forward_flops + summary.backward_flops;
  const stateBytes = FLOAT_BYTES * summary.trainable_parameters + summary.memory_bytes.optimizer;
  return {
    ...(block === undefined ? { lowering: 'portable' } : { lowering: 'blocked', block }),
    device,
    threads,
    steps_per_run: stepsPerRun({
      ...{ device, threads, stepFlops, inputBytes: options.batchBytes, stateBytes, stepsPerEpoch },
      isBlocked: block !== undefined,
    }),
    ...machineTraits(),
  };
}
