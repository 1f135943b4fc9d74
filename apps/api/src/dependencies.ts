/** What the API is built from. `buildApi` makes it reachable from every route as `app.<name>`. */
import type { Database } from '@trainyard/db';
import type { Queues } from '@trainyard/queue';
import type { ObjectStore } from '@trainyard/storage';
import type { FastifyServerOptions } from 'fastify';
import type { WebhookDelivering } from './webhooks/options.js';

export interface ApiDependencies {
  db: Database;
  store: ObjectStore;
  queues: Queues;
  /** Where `apps/inference` listens. */
  inferenceUrl: string;
  maxUploadBytes: number;
  uploadRules: UploadRules;
  /** How often a quiet event stream says that it is still there; 15 s by default. */
  heartbeatMs?: number;
  /** Whether webhooks may be sent to addresses that are not public; not by default. */
  webhookAllowPrivate?: boolean;
  /** How webhooks are delivered, where it is to differ from `WEBHOOK_DELIVERING`. */
  webhooks?: Partial<WebhookDelivering>;
  logger?: FastifyServerOptions['logger'];
}

/** How resumable uploads are kept. */
export interface UploadRules {
  /** How long one is kept without another byte. */
  lifetimeMs: number;
  /** How many a project may have that no data set was made of. */
  openMax: number;
}

declare module 'fastify' {
  interface FastifyInstance {
    db: Database;
    store: ObjectStore;
    queues: Queues;
    maxUploadBytes: number;
    uploadRules: UploadRules;
    heartbeatMs: number;
    /** Looks after the sweeps soon, because there is something new. */
    advanceSweeps: () => void;
  }
}
