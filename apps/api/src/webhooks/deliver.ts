/** Delivers the messages that are due, and writes down what came of each. */
import type { Database, DeliveryClaim, DeliveryOutcome } from '@trainyard/db';
import type { WebhookDelivering } from './options.js';
import { retryDelayMs } from './retry-schedule.js';
import { type Answer, sendMessage } from './send-message.js';

const AT_ONCE = 20;
/** Beyond the time that an attempt may take: after it, its process counts as gone. */
const LEASE_MARGIN_MS = 30_000;

export async function deliverDue(
  webhooks: Database['webhooks'],
  options: WebhookDelivering,
  closing: AbortSignal,
): Promise<void> {
  while (!closing.aborted) {
    const claims = await webhooks.claim({ limit: AT_ONCE, leaseMs: options.timeoutMs + LEASE_MARGIN_MS });
    await Promise.all(claims.map((claim) => deliver(webhooks, claim, options, closing)));
    if (claims.length < AT_ONCE) return;
  }
}

async function deliver(
  webhooks: Database['webhooks'],
  claim: DeliveryClaim,
  options: WebhookDelivering,
  closing: AbortSignal,
): Promise<void> {
  const answer = await sendMessage(claim, { ...options, signal: closing });
  if (closing.aborted && answer.status === null) await webhooks.release(claim);
  else await webhooks.settle(claim, outcomeOf(answer, claim.attempt, options.retryDelaysS));
}

/** Only 2xx is a success: a redirect is not followed. */
function outcomeOf(answer: Answer, attempt: number, delaysS: readonly number[]): DeliveryOutcome {
  const { status } = answer;
  const response = { responseStatus: status, responseBody: answer.body };
  if (isDelivered(answer)) return { ...response, result: 'delivered', error: null };
  const error = answer.error ?? `The receiver answered ${status}.`;
  if (status === 410) return { ...response, result: 'disable', error };
  const retryInMs = answer.refused ? null : retryDelayMs(attempt, delaysS);
  if (retryInMs === null) return { ...response, result: 'give_up', error };
  return { ...response, result: 'retry', retryInMs, error };
}

export function isDelivered({ status }: Answer): boolean {
  return status !== null && status >= 200 && status < 300;
}
