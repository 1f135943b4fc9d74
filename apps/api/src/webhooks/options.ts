/** How webhooks are delivered. */
import { type Resolve, resolveBySystem } from './resolve-receiver.js';
import { RETRY_DELAYS_S } from './retry-schedule.js';

export interface WebhookDelivering {
  /** Whether receivers may be at private addresses, such as those of the operator's own network. */
  allowPrivate: boolean;
  /** For one attempt, from the look-up of the name to the end of the answer. */
  timeoutMs: number;
  retryDelaysS: readonly number[];
  resolve: Resolve;
}

export const WEBHOOK_DELIVERING: WebhookDelivering = {
  allowPrivate: false,
  timeoutMs: 15_000,
  retryDelaysS: RETRY_DELAYS_S,
  resolve: resolveBySystem,
};
