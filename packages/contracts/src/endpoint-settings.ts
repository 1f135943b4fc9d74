/** How an endpoint answers, beside the checkpoint that it serves: what can be changed without loading anything. */
import { type Static, Type } from 'typebox';
import { IdSchema } from './ids.js';
import { Nullable, Strict } from './schema.js';

/** Images in one request. */
export const INSTANCES_MAX = 256;

const Label = Type.String({ minLength: 1, maxLength: 200 });
const Probability = Type.Number({ minimum: 0, maximum: 1 });

export const LabelNames = Type.Record(Type.String(), Label, {
  maxProperties: 10_000,
  description: 'By class, label or target of the model: what it is called in answers. The others keep their name',
});

/** One flat union: an error is then about the member that was meant. */
export const Thresholds = Type.Union(
  [Probability, Type.Record(Type.String(), Probability, { maxProperties: 10_000 }), Type.Null()],
  {
    description:
      'A probability, or one by label (0.5 for the others). `multilabel`: from there on an image has the label. `binary`: from there on it is the second class, or the one that is named',
  },
);
export type Thresholds = Static<typeof Thresholds>;

export const TopK = Type.Integer({ minimum: 1, maximum: 1000 });

export const Batching = Strict({
  max_batch_size: Type.Optional(
    Type.Integer({ minimum: 1, maximum: INSTANCES_MAX, description: 'Images of one run of the model, at most' }),
  ),
  max_delay_ms: Type.Optional(
    Type.Number({ minimum: 0, maximum: 1000, description: 'For so long a request may wait for others to join it' }),
  ),
  max_latency_ms: Type.Optional(
    Type.Number({
      exclusiveMinimum: 0,
      maximum: 60_000,
      description: 'What 95 of 100 answers are to take at most; the batch and the delay adapt to it',
    }),
  ),
});
export type Batching = Static<typeof Batching>;

export const TrafficPart = Strict({
  checkpoint_id: IdSchema('checkpoint'),
  weight: Type.Number({ exclusiveMinimum: 0, exclusiveMaximum: 1, description: 'The share of requests' }),
});
export type TrafficPart = Static<typeof TrafficPart>;

export const ShadowChoice = Strict({
  checkpoint_id: IdSchema('checkpoint'),
  fraction: Type.Optional(
    Type.Number({
      exclusiveMinimum: 0,
      maximum: 1,
      default: 1,
      description: 'The share of requests whose answers are compared',
    }),
  ),
});
export type ShadowChoice = Static<typeof ShadowChoice>;

/** Null stands for the default. */
export const SETTINGS = {
  labels: Nullable(LabelNames),
  thresholds: Thresholds,
  top_k: Nullable(TopK, {
    description: 'Answers name the so many most probable classes in `top`, unless asked otherwise',
  }),
  batching: Nullable(Batching, { description: 'How requests are answered together; null for what the server chooses' }),
};

export const EndpointSettings = Type.Object(SETTINGS);
export type EndpointSettings = Static<typeof EndpointSettings>;

export const DEFAULT_SETTINGS: EndpointSettings = { labels: null, thresholds: null, top_k: null, batching: null };
