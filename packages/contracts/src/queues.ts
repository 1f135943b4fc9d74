/** The queues and what travels in them: ids alone. Postgres holds everything else. */
import type { Static } from 'typebox';
import { IdSchema } from './ids.js';
import { Strict } from './schema.js';

export const QUEUE_PAYLOADS = {
  ingest: Strict({ dataset_id: IdSchema('dataset') }),
  training: Strict({ job_id: IdSchema('job') }),
} as const;

export type QueueName = keyof typeof QUEUE_PAYLOADS;
export const QUEUE_NAMES = Object.keys(QUEUE_PAYLOADS) as QueueName[];

export type QueuePayload<Q extends QueueName> = Static<(typeof QUEUE_PAYLOADS)[Q]>;
