/** What happened to a resource, oldest first. */
import { type Static, Type } from 'typebox';
import { IdSchema } from './ids.js';
import { Timestamp, Words } from './schema.js';

/** Of a job. */
export const EVENT_TYPES = ['status', 'device', 'plan', 'epoch', 'checkpoint', 'rollback'] as const;
export type EventType = (typeof EVENT_TYPES)[number];

export const DATASET_EVENT_TYPES = ['status', 'progress'] as const;
export type DatasetEventType = (typeof DATASET_EVENT_TYPES)[number];

export const Event = Type.Object(
  {
    id: IdSchema('event'),
    object: Type.Literal('event'),
    type: Words([...EVENT_TYPES, 'progress'] as const),
    subject_id: Type.String(),
    data: Type.Unknown(),
    created_at: Timestamp,
  },
  { $id: 'Event' },
);
export type Event = Static<typeof Event>;
