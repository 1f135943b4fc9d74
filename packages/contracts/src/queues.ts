/** The queues and what travels in them: ids alone. Postgres holds everything else. */
import { type Static, Type } from 'typebox';
import { Value } from 'typebox/value';
import { IdSchema } from './ids.js';
import { Strict } from './schema.js';

export const QUEUE_PAYLOADS = {
  ingest: Strict({ dataset_id: IdSchema('dataset') }),
  training: Strict({ job_id: IdSchema('job') }),
  analysis: Strict({ analysis_id: Type.String({ pattern: '^[a-z]+_[0-9a-z]{26}$' }) }),
} as const;

export type QueueName = keyof typeof QUEUE_PAYLOADS;
export const QUEUE_NAMES = Object.keys(QUEUE_PAYLOADS) as QueueName[];

export type QueuePayload<Q extends QueueName> = Static<(typeof QUEUE_PAYLOADS)[Q]>;

/** What goes into a queue or came out of it, checked. Throws for a payload that is not of this queue. */
export function parseQueuePayload<Q extends QueueName>(queue: Q, value: unknown): QueuePayload<Q> {
  const schema = QUEUE_PAYLOADS[queue];
  if (!Value.Check(schema, value)) throw new TypeError(`The queue "${queue}" does not take ${JSON.stringify(value)}.`);
  return value;
}
