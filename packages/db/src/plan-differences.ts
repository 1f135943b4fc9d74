/** Whether a worker can go on with a job to the bit, by the plan under which the job began. */
import { fromJson } from './json.js';
import type { WorkerAbilities } from './queue-order.js';

/** What of a plan a worker cannot repeat. */
export interface PlanDifference {
  trait: 'device' | 'onnxruntime_version' | 'cpu';
  planned: string;
  found: string;
}

/** Empty where the worker repeats the plan; a trait that an older plan does not name excludes no worker. */
export function planDifferences(plan: PlanColumn, { devices, traits }: WorkerAbilities): PlanDifference[] {
  if (plan === null) return [];
  const { device, onnxruntime_version, cpu } = fromJson<Partial<Record<PlanDifference['trait'], string>>>(plan);
  const differences: PlanDifference[] = [];
  const compare = (trait: PlanDifference['trait'], planned: string | undefined, found: readonly string[]) => {
    if (planned !== undefined && !found.includes(planned))
      differences.push({ trait, planned, found: found.join(', ') });
  };
  compare('device', device, devices);
  compare('onnxruntime_version', onnxruntime_version, [traits.onnxruntimeVersion]);
  compare('cpu', cpu, [traits.cpu]);
  return differences;
}

export type PlanColumn = Parameters<typeof fromJson>[0];
