/** What the thread that describes models is asked. */
import type { Optimizer } from '@trainyard/contracts';
import type { DataShape, ModelSpec } from '@trainyard/engine';

export interface SummaryRequest {
  readonly spec: ModelSpec;
  readonly data: DataShape;
  /** 32 where left out. */
  readonly batchSize?: number | undefined;
  /** Adam where left out. */
  readonly optimizer?: Optimizer | undefined;
}
