/** What the thread that describes models is asked, and what it answers. */
import type { ModelSummary, Optimizer } from '@trainyard/contracts';
import type { DataShape, ModelSpec } from '@trainyard/engine';

export interface SummaryRequest {
  readonly spec: ModelSpec;
  readonly data: DataShape;
  /** 32 where left out. */
  readonly batchSize?: number | undefined;
  /** Adam where left out. */
  readonly optimizer?: Optimizer | undefined;
}

export interface SummaryOrder extends SummaryRequest {
  readonly number: number;
}

export type SummaryReport =
  | { readonly number: number; readonly summary: ModelSummary }
  | { readonly number: number; readonly error: unknown };
