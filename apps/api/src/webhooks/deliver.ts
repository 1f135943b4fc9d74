/**
 * Delivers the messages that are due, and writes down what came of each. Messages are under way side by side, but only so
 * many to one receiver and of one project at a time, so that those who answer slowly hold up nobody else.
 */
import type { Database, DeliveryClaim, DeliveryOutcome, DeliveryRoom } from '@trainyard/db';
import type { WebhookDelivering } from './options.js';
import { retryDelayMs } from './retry-schedule.js';
import { type Answer, sendMessage } from './send-message.js';

/** Beyond the time that an attempt may take: after it, its process counts as gone. */
const LEASE_MARGIN_MS = 30_000;

export interface DelivererOptions extends WebhookDelivering {
  webhooks: Database['webhooks'];
  /** Ends what is under way; it is given back. */
  closing: AbortSignal;
  /** Is told when a message is done with, and so there is room for another. */
  onRoom: () => void;
  onError: (error: unknown) => void;
}

export class Deliverer {
  readonly #options: DelivererOptions;
  readonly #underWay = new Map<DeliveryClaim, Promise<void>>();

  constructor(options: DelivererOptions) {
    this.#options = options;
  }

  /** Begins to deliver as many of the messages that are due as there is room for. */
  async deliverDue(): Promise<void> {
    const { webhooks, closing, timeoutMs } = this.#options;
    while (!closing.aborted) {
      const room = this.#room();
      if (room.total <= 0) return;
      const claims = await webhooks.claim({ room, leaseMs: timeoutMs + LEASE_MARGIN_MS });
      for (const claim of claims) this.#begin(claim);
      if (claims.length < room.total) return;
    }
  }

  /** Resolves once nothing is under way any more. */
  async settled(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay.values());
  }

  #room(): DeliveryRoom {
    const { atOnce } = this.#options;
    const underWay = [...this.#underWay.keys()];
    return {
      total: atOnce.total - underWay.length,
      perReceiver: atOnce.perReceiver,
      perProject: atOnce.perProject,
      receivers: underWay.map(({ receiver }) => receiver),
      projects: underWay.map(({ projectId }) => projectId),
    };
  }

  #begin(claim: DeliveryClaim): void {
    const { onRoom, onError } = this.#options;
    const done = this.#deliver(claim)
      .catch(onError)
      .finally(() => {
        this.#underWay.delete(claim);
        onRoom();
      });
    this.#underWay.set(claim, done);
  }

  async #deliver(claim: DeliveryClaim): Promise<void> {
    const { webhooks, closing, ...options } = this.#options;
    const answer = await sendMessage(claim, { ...options, signal: closing });
    if (closing.aborted && answer.status === null) await webhooks.release(claim);
    else await webhooks.settle(claim, outcomeOf(answer, claim.attempt, options.retryDelaysS));
  }
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
