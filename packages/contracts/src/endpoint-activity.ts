/** What an endpoint has been doing, as the inference servers write it down about once a second. */
import { type Static, Type } from 'typebox';
import { Estimate } from './analyses/evaluation-result.js';
import { IdSchema } from './ids.js';
import { Nullable } from './schema.js';

const Count = Type.Integer({ minimum: 0 });

export const EndpointLoad = Type.Object({
  waiting: Type.Integer({ minimum: 0, description: 'Requests that are not answered yet, on all servers' }),
  servers: Type.Array(
    Type.Object({
      server: Type.String(),
      checkpoint_id: IdSchema('checkpoint'),
      waiting: Count,
      load_ms: Type.Number({ description: 'What loading it took' }),
    }),
    { description: 'The inference servers that have a checkpoint of this endpoint loaded' },
  ),
});
export type EndpointLoad = Static<typeof EndpointLoad>;

/** The minutes over which quantiles are formed. */
export const LATENCY_WINDOW_S = 300;

export const EndpointLatency = Type.Object({
  p50_ms: Type.Number(),
  p95_ms: Type.Number(),
  p99_ms: Type.Number(),
  requests: Type.Integer({ minimum: 1, description: 'Over which these were formed' }),
  window_s: Type.Number(),
});
export type EndpointLatency = Static<typeof EndpointLatency>;

export const EndpointCounts = Type.Object({
  requests: Type.Integer({ minimum: 0, description: 'Answered, since the endpoint was made' }),
  images: Count,
  errors: Type.Record(Type.String(), Count, { description: 'Requests that were refused, by the code of the problem' }),
  by_checkpoint: Type.Record(Type.String(), Count, { description: 'Answered requests' }),
});
export type EndpointCounts = Static<typeof EndpointCounts>;

/** How two checkpoints answered the same images. */
export const ShadowAgreement = Type.Object({
  requests: Type.Integer({ minimum: 0, description: 'Compared' }),
  images: Count,
  agreement: Nullable(Estimate, {
    description: 'Images whose class, or whole set of labels, is the same; null for a regression and before the first',
  }),
  mean_difference: Nullable(Type.Number(), { description: 'Of the probabilities or values, absolute' }),
  largest_difference: Nullable(Type.Number()),
  dropped: Type.Integer({ minimum: 0, description: 'Not compared, since the server had more urgent work' }),
  failed: Type.Integer({ minimum: 0, description: 'Not compared, since the checkpoint gave no answer' }),
});
export type ShadowAgreement = Static<typeof ShadowAgreement>;
