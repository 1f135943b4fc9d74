/** Webhooks: where the events of a job are sent to, what was delivered, and trying an address out. */
import { type Static, Type } from 'typebox';
import { EVENT_TYPES, type EventType } from './event.js';
import { IdSchema } from './ids.js';
import type { JobStatus } from './job.js';
import { Nullable, Strict, Timestamp, Words } from './schema.js';

/** Record of the statuses, so that a forgotten one is a compile error. */
const STATUS_EVENTS: Record<JobStatus, true> = {
  queued: true,
  preparing: true,
  running: true,
  paused: true,
  succeeded: true,
  failed: true,
  cancelled: true,
};

type OtherEvent = Exclude<EventType, 'status'>;
export type WebhookEvent = JobStatus | OtherEvent;

const isStatusEvent = (word: string): word is JobStatus => word in STATUS_EVENTS;
const isOtherEvent = (type: EventType): type is OtherEvent => type !== 'status';

/** What is sent where a webhook does not say: every change of status. */
export const WEBHOOK_STATUSES: readonly JobStatus[] = Object.keys(STATUS_EVENTS).filter(isStatusEvent);
export const WEBHOOK_EVENTS: readonly WebhookEvent[] = [...WEBHOOK_STATUSES, ...EVENT_TYPES.filter(isOtherEvent)];

export const WebhookUrl = Type.String({
  minLength: 1,
  maxLength: 2000,
  pattern: '^https?://',
  description: 'Where to send messages to, http or https, without a user name or password in it',
});

/** 24 to 64 bytes, as Standard Webhooks asks for. */
export const WebhookSecret = Type.String({
  pattern: '^whsec_(?:(?:[A-Za-z0-9+/]{4}){8,21}(?:[A-Za-z0-9+/]{2}==)?|(?:[A-Za-z0-9+/]{4}){8,20}[A-Za-z0-9+/]{3}=)$',
  description: 'The key of the signatures: `whsec_` and 24 to 64 bytes in base64',
});

export const WebhookOptions = Strict({
  url: WebhookUrl,
  events: Type.Optional(
    Type.Array(Words(WEBHOOK_EVENTS), {
      minItems: 1,
      uniqueItems: true,
      description: 'Statuses that the job enters, and types of other events; every status where it is left out',
    }),
  ),
  secret: Type.Optional(WebhookSecret),
});
export type WebhookOptions = Static<typeof WebhookOptions>;

export const JobWebhook = Type.Object({
  url: Type.String(),
  events: Type.Array(Words(WEBHOOK_EVENTS)),
  disabled_at: Nullable(Timestamp, { description: 'When the receiver answered 410; nothing is sent since' }),
  secret: Type.Optional(
    Type.String({ description: 'Only in the answer that made the job, and only where none was given' }),
  ),
});
export type JobWebhook = Static<typeof JobWebhook>;

export const WEBHOOK_DELIVERY_STATUSES = ['pending', 'delivered', 'failed'] as const;
export type WebhookDeliveryStatus = (typeof WEBHOOK_DELIVERY_STATUSES)[number];

export const WebhookDelivery = Type.Object(
  {
    id: IdSchema('delivery'),
    object: Type.Literal('webhook_delivery'),
    status: Words(WEBHOOK_DELIVERY_STATUSES),
    job_id: IdSchema('job'),
    event_id: IdSchema('event'),
    type: Type.String({ description: 'What the message tells of, for example job.succeeded' }),
    url: Type.String(),
    payload: Type.Unknown({ description: 'The message' }),
    attempts: Type.Integer({ description: 'Attempts since the message was made or replayed' }),
    last_attempt_at: Nullable(Timestamp),
    next_attempt_at: Nullable(Timestamp),
    delivered_at: Nullable(Timestamp),
    response_status: Nullable(Type.Integer()),
    response_body: Nullable(Type.String({ description: 'The beginning of the last answer' })),
    error: Nullable(Type.String({ description: 'Why the last attempt failed' })),
    created_at: Timestamp,
  },
  { $id: 'WebhookDelivery' },
);
export type WebhookDelivery = Static<typeof WebhookDelivery>;

export const TestWebhook = Strict({ url: WebhookUrl, secret: WebhookSecret }, { $id: 'TestWebhook' });
export type TestWebhook = Static<typeof TestWebhook>;

export const WebhookTest = Type.Object(
  {
    object: Type.Literal('webhook_test'),
    delivered: Type.Boolean({ description: 'Whether the receiver answered 2xx' }),
    webhook_id: Type.String(),
    response_status: Nullable(Type.Integer()),
    response_body: Nullable(Type.String({ description: 'The beginning of the answer' })),
    error: Nullable(Type.String()),
    duration_ms: Type.Integer(),
  },
  { $id: 'WebhookTest' },
);
export type WebhookTest = Static<typeof WebhookTest>;
