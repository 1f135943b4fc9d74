/** What a diagnosis is made from: all that the service has recorded of one training. */
import type {
  CreateJob,
  Dataset,
  EpochMetrics,
  ErrorCode,
  Job,
  JobRollback,
  ProbeMetrics,
  Training,
} from '@trainyard/contracts';

export interface DiagnosisFacts {
  readonly status: Job['status'];
  /** Why it ended; null where it has not, or failed. */
  readonly stopReason: string | null;
  readonly error: { readonly code: ErrorCode | string; readonly message: string } | null;
  readonly rollback: JobRollback | null;
  /** The normalised specification. */
  readonly spec: ModelSpec;
  readonly training: Training;
  readonly dataset: Pick<Dataset, 'id' | 'task' | 'classes' | 'counts' | 'warnings'>;
  /** Oldest first, each. */
  readonly epochs: readonly EpochMetrics[];
  readonly probes: readonly ProbeMetrics[];
  /** What would make the same job again. */
  readonly body: Omit<CreateJob, 'model' | 'model_id' | 'keras'> & { readonly model: ModelSpec };
}

/** A layer of a specification, with its name and every default filled in. */
export interface SpecLayer {
  readonly type: string;
  readonly name: string;
  readonly inputs?: readonly string[];
  readonly [argument: string]: unknown;
}

export interface ModelSpec {
  readonly layers: readonly SpecLayer[];
  readonly [field: string]: unknown;
}

/** Whether a stored value is a specification: a list of layers, each with its type and its name. */
export function isModelSpec(value: unknown): value is ModelSpec {
  if (typeof value !== 'object' || value === null || !('layers' in value) || !Array.isArray(value.layers)) return false;
  return value.layers.every(
    (layer: unknown) => typeof layer === 'object' && layer !== null && 'type' in layer && 'name' in layer,
  );
}
