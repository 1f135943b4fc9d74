/** Triton's statistics of a model, from what the server counts. */
import type { DurationStat, ModelStat } from '@trainyard/contracts';
import type { Duration, ModelStatistics } from '../models/model-statistics.js';

const NONE: DurationStat = { count: 0, ns: 0 };

/** `statistics` is undefined where the model is not loaded. */
export function modelStat(name: string, version: string, statistics: ModelStatistics | undefined): ModelStat {
  const { success = NONE, fail = NONE, queue = NONE, preprocess = NONE, compute = NONE } = statistics ?? {};
  return {
    name,
    version,
    last_inference: statistics?.last_inference_ms ?? 0,
    inference_count: statistics?.inference_count ?? 0,
    execution_count: statistics?.execution_count ?? 0,
    inference_stats: {
      success,
      fail,
      queue,
      compute_input: preprocess,
      compute_infer: compute,
      // Taking the outputs out is part of computing here, and there is no cache.
      compute_output: timeless(compute),
      cache_hit: NONE,
      cache_miss: NONE,
    },
    response_stats: {},
    batch_stats: [...(statistics?.batches ?? [])].sort(([a], [b]) => a - b).map(batchStat),
    memory_usage: [],
  };
}

function batchStat([batch_size, compute]: [number, Duration]): ModelStat['batch_stats'][number] {
  return { batch_size, compute_input: timeless(compute), compute_infer: compute, compute_output: timeless(compute) };
}

function timeless({ count }: Duration): DurationStat {
  return { count, ns: 0 };
}
