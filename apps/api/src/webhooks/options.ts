/** How webhooks are delivered. */
import { type Resolve, resolveBySystem } from './resolve-receiver.js';
import { RETRY_DELAYS_S } from './retry-schedule.js';

export interface WebhookDelivering {
  /** Whether receivers may be at private addresses, such as those of the operator's own network. */
  allowPrivate: boolean;
  /** For one attempt, from the look-up of the name to the end of the answer. */
  timeoutMs: number;
  retryDelaysS: readonly number[];
  /** Messages under way at the same time, in one process: in all, to one receiver (host and port), of one project. */
  atOnce: { total: number; perReceiver: number; perProject: number };
  resolve: Resolve;
}

export const WEBHOOK_DELIVERING: WebhookDelivering = {
  allowPrivate: false,
  timeoutMs: 15_000,
  retryDelaysS: RETRY_DELAYS_S,
  atOnce: { total: 256, perReceiver: 3, perProject: 96 },
  resolve: resolveBySystem,
};
