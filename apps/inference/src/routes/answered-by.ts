/** What every answer of an endpoint says beside what was asked: which model gave it, and how long it took. */
import type { PredictResponse } from '@trainyard/contracts';
import type { Answer } from '../endpoints/endpoint-service.js';

type AnsweredBy = Pick<PredictResponse, 'model' | 'timing'>;

export function answeredBy({ served, model }: Answer<unknown>, timing: AnsweredBy['timing']): AnsweredBy {
  const { id, name } = served.endpoint;
  const { queue_ms, preprocess_ms, compute_ms, total_ms } = timing;
  return {
    model: { endpoint_id: id, name, checkpoint_id: model.checkpointId },
    timing: {
      queue_ms: toMicroseconds(queue_ms),
      preprocess_ms: toMicroseconds(preprocess_ms),
      compute_ms: toMicroseconds(compute_ms),
      total_ms: toMicroseconds(total_ms),
    },
  };
}

/** Milliseconds, rounded to a microsecond. */
export function toMicroseconds(milliseconds: number): number {
  return Math.round(milliseconds * 1000) / 1000;
}
