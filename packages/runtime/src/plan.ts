/** How a job is run. It is chosen once, at the job's first start, and stored with the job: a resume repeats it exactly. */
import type { Device, ExecutionPlan, ModelSummary } from '@trainyard/contracts';
import { stepsPerRun } from '@trainyard/engine';
import { machineTraits } from './machine.js';

/**
 * Chooses the plan of a job from its figures and this machine's traits, never from a measurement, so that the same job gets
 * the same plan each time. `summary` is that of the job's batch; `batchBytes` is what one step's inputs take.
 */
export function choosePlan(options: {
  device: Device;
  threads: number;
  summary: ModelSummary;
  batchBytes: number;
  stepsPerEpoch: number;
}): ExecutionPlan {
  const { device, threads, summary, stepsPerEpoch } = options;
  const stepFlops = summary.forward_flops + summary.backward_flops;
  return {
    lowering: 'portable',
    device,
    threads,
    steps_per_run: stepsPerRun({ device, threads, stepFlops, inputBytes: options.batchBytes, stepsPerEpoch }),
    ...machineTraits(),
  };
}
